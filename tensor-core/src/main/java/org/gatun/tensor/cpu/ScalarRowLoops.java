package org.gatun.tensor.cpu;

/** The row loops in plain Java. */
final class ScalarRowLoops implements RowLoops {

    @Override
    public void copyWords(long from, long fromStep, long to, long toStep, int length, int count) {
        for (int i = 0; i < count; i++) {
            long source = from + i * fromStep;
            long target = to + i * toStep;
            for (int j = 0; j < length; j++) {
                Ram.putInt(target + 4L * j, Ram.getInt(source + 4L * j));
            }
        }
    }

    @Override
    public void copyEveryOther(long from, long fromStep, long to, long toStep, int length, int count) {
        for (int i = 0; i < count; i++) {
            long source = from + i * fromStep;
            long target = to + i * toStep;
            for (int j = 0; j < length; j++) {
                Ram.putInt(target + 4L * j, Ram.getInt(source + 8L * j));
            }
        }
    }

    @Override
    public void addToEveryOther(long from, long fromStep, long to, long toStep, int length, int count) {
        for (int i = 0; i < count; i++) {
            long source = from + i * fromStep;
            long target = to + i * toStep;
            for (int j = 0; j < length; j++) {
                Ram.putFloat(target + 8L * j, Ram.getFloat(target + 8L * j) + Ram.getFloat(source + 4L * j));
            }
        }
    }

    @Override
    public void addFloats(long from, long fromStep, long to, long toStep, int length, int count) {
        for (int i = 0; i < count; i++) {
            long source = from + i * fromStep;
            long target = to + i * toStep;
            for (int j = 0; j < length; j++) {
                Ram.putFloat(target + 4L * j, Ram.getFloat(target + 4L * j) + Ram.getFloat(source + 4L * j));
            }
        }
    }

    @Override
    public void addDoubles(long from, long fromStep, long to, long toStep, int length, int count) {
        for (int i = 0; i < count; i++) {
            long source = from + i * fromStep;
            long target = to + i * toStep;
            for (int j = 0; j < length; j++) {
                Ram.putDouble(target + 8L * j, Ram.getDouble(target + 8L * j) + Ram.getDouble(source + 8L * j));
            }
        }
    }
}
