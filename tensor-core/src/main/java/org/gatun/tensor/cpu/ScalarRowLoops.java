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
    public void addWindows(long to, int width, long from, int rows, Taps taps) {
        for (int j = 0; j < width; j++) {
            float sum = Ram.getFloat(to + 4L * j);
            for (int r = 0; r < rows; r++) {
                long row = from + r * taps.rowStep();
                for (int c = 0; c < taps.columns(); c++) {
                    int o = j + taps.shift() - c * taps.dilation();
                    if (o >= 0 && o < taps.outWidth()) {
                        sum += Ram.getFloat(row + c * taps.columnStep() + 4L * o);
                    }
                }
            }
            Ram.putFloat(to + 4L * j, sum);
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
