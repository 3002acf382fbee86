#!/usr/bin/env python3
"""Runs in PyTorch what `gatun bench cpu-gpu` measured: the same problems, sizes, devices and precisions.

    cpu_gpu.py GATUN.json PYTORCH.json [--budget SECONDS] [--modes eager,graph,compile]

GATUN.json is what `gatun bench cpu-gpu --json` wrote. PYTORCH.json gets the same schema (docs/bench.md), with PyTorch's times.
`gatun bench cpu-gpu --pytorch` calls this script by itself. The problems are those of org.gatun.examples.bench.Problems and Networks:
change both.
"""

import argparse
import contextlib
import gc
import json
import math
import statistics
import sys
import time

import torch
import torch.nn.functional as F

SCHEMA = "gatun-bench-cpu-gpu/1"
PERIOD = 1 << 16
BATCH_SECONDS = 0.01
BATCHES = 7
WARM_UP = 0.3
DTYPES = {"F32": torch.float32, "TF32": torch.float32, "BF16": torch.bfloat16}


# ---- operands ----


class Operands:
    """Numbers that repeat 65,536 normal ones, as Gatun's do."""

    def __init__(self, device, dtype):
        self.device, self.dtype = device, dtype
        torch.manual_seed(1)

    def repeated(self, period, sizes):
        count = math.prod(sizes)
        times = -(-count // PERIOD)
        return period.to(self.device).repeat(times)[:count].reshape(sizes)

    def normal(self, *sizes):
        return self.repeated(torch.randn(PERIOD).to(self.dtype), sizes)

    def classes(self, number, count):
        return self.repeated(torch.randint(0, number, (PERIOD,)), (count,))

    def weight(self, fan_in, *sizes):
        return (self.normal(*sizes) / math.sqrt(fan_in)).detach().requires_grad_()

    def constant(self, value, *sizes):
        return torch.full(sizes, value, dtype=self.dtype, device=self.device).requires_grad_()


# ---- problems: each makes a function that does the work once ----


def gemm(make, n):
    a, b = make.normal(n, n), make.normal(n, n)
    return lambda: a @ b


def add(make, n):
    x, y = make.normal(n), make.normal(n)
    return lambda: x + y


def chain(make, n):
    x, y = make.normal(n), make.normal(n)
    return lambda: torch.tanh(x * y) + x


def total(make, n):
    x = make.normal(n)
    return lambda: x.sum()


def softmax(make, n):
    x = make.normal(n // 1024, 1024)
    return lambda: torch.softmax(x, 1)


def conv2d(make, batch):
    x, weight = make.normal(batch, 16, 28, 28), make.normal(32, 16, 3, 3)
    return lambda: F.conv2d(x, weight, padding=1)


class Training:
    """One update by a batch: forward, cross-entropy, backward, plain gradient descent."""

    def __init__(self, parameters, network, x, target):
        self.parameters = parameters
        self.optimizer = torch.optim.SGD(parameters, lr=1e-3)
        self.x, self.target = x, target
        self.loss = lambda: F.cross_entropy(network(self.x), self.target)

    def __call__(self):
        self.optimizer.zero_grad()
        loss = self.loss()
        loss.backward()
        self.optimizer.step()
        return loss


def dense(make, fan_in, fan_out):
    return [make.weight(fan_in, fan_out, fan_in), make.constant(0.0, fan_out)]


def mlp(make, batch):
    sizes = [784, 512, 256, 10]
    p = [q for i in range(3) for q in dense(make, sizes[i], sizes[i + 1])]

    def network(x):
        h = F.linear(x, p[0], p[1])
        h = F.linear(F.relu(h), p[2], p[3])
        return F.linear(F.relu(h), p[4], p[5])

    return Training(p, network, make.normal(batch, 784), make.classes(10, batch))


def lenet(make, batch):
    p = [make.weight(25, 6, 1, 5, 5), make.constant(0.0, 6), make.weight(150, 16, 6, 5, 5), make.constant(0.0, 16)]
    p += dense(make, 400, 120) + dense(make, 120, 84) + dense(make, 84, 10)

    def network(x):
        h = F.max_pool2d(F.relu(F.conv2d(x, p[0], p[1], padding=2)), 2)
        h = F.max_pool2d(F.relu(F.conv2d(h, p[2], p[3])), 2).reshape(batch, 400)
        h = F.relu(F.linear(h, p[4], p[5]))
        h = F.relu(F.linear(h, p[6], p[7]))
        return F.linear(h, p[8], p[9])

    return Training(p, network, make.normal(batch, 1, 28, 28), make.classes(10, batch))


def transformer(make, batch):
    length, width, heads, hidden = 64, 256, 4, 1024
    p = [make.constant(1.0, width), make.constant(0.0, width)]
    p += dense(make, width, 3 * width) + dense(make, width, width)
    p += [make.constant(1.0, width), make.constant(0.0, width)]
    p += dense(make, width, hidden) + dense(make, hidden, width) + dense(make, width, 10)

    def network(x):
        qkv = F.linear(F.layer_norm(x, (width,), p[0], p[1]), p[2], p[3])
        q, k, v = qkv.reshape(batch, length, 3, heads, width // heads).permute(2, 0, 3, 1, 4)
        attended = F.scaled_dot_product_attention(q, k, v).permute(0, 2, 1, 3).reshape(batch, length, width)
        h = x + F.linear(attended, p[4], p[5])
        inner = F.linear(F.layer_norm(h, (width,), p[6], p[7]), p[8], p[9])
        y = h + F.linear(F.gelu(inner), p[10], p[11])
        return F.linear(y.mean(1), p[12], p[13])

    return Training(p, network, make.normal(batch, length, width), make.classes(10, batch))


PROBLEMS = {
    "gemm": gemm,
    "add": add,
    "chain": chain,
    "sum": total,
    "softmax": softmax,
    "conv2d": conv2d,
    "mlp": mlp,
    "lenet": lenet,
    "transformer": transformer,
}


# ---- modes ----


def eager(step):
    return step


def compiled(step):
    torch._dynamo.reset()  # each size has code of its own
    if isinstance(step, Training):
        step.loss = torch.compile(step.loss, dynamic=False)
        return step
    return torch.compile(step, dynamic=False)


def graph(step):
    side = torch.cuda.Stream()
    side.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(side):
        for _ in range(3):
            step()
    torch.cuda.current_stream().wait_stream(side)
    recorded = torch.cuda.CUDAGraph()
    if isinstance(step, Training):
        step.optimizer.zero_grad()
    with torch.cuda.graph(recorded):
        kept = step()

    def replay(kept=kept):
        recorded.replay()
        return kept

    return replay


MODES = {"eager": eager, "graph": graph, "compile": compiled}


# ---- timing ----


def seconds(run, wait, allowance):
    """The median of batches of runs, each followed by a wait, as org.gatun.examples.bench.Stopwatch."""

    def timed(count):
        begin = time.perf_counter()
        for _ in range(count):
            run()
        wait()
        return time.perf_counter() - begin

    timed(1)
    start = time.perf_counter()
    once = timed(1)
    warm_until = time.perf_counter() + min(WARM_UP, allowance / 4)
    while time.perf_counter() + once < warm_until:
        once = min(once, timed(1))
    count = max(1, math.ceil(min(BATCH_SECONDS, allowance / (4 * BATCHES)) / max(once, 1e-9)))
    batches = []
    while True:
        batches.append(timed(count) / count)
        if len(batches) == BATCHES or time.perf_counter() - start + batches[-1] * count >= allowance:
            return statistics.median(batches)


@contextlib.contextmanager
def products(precision):
    """TF32 for this precision only."""
    wanted = precision == "TF32"
    torch.backends.cuda.matmul.allow_tf32 = wanted
    torch.backends.cudnn.allow_tf32 = wanted
    yield


def measure(asked, mode, allowance):
    device = torch.device(asked["device"])
    wait = torch.cuda.synchronize if device.type == "cuda" else lambda: None
    if device.type == "cuda":
        torch.cuda.set_device(device)
    with products(asked["precision"]):
        make = Operands(device, DTYPES[asked["precision"]])
        run = MODES[mode](PROBLEMS[asked["problem"]](make, asked["size"]))
        return seconds(run, wait, allowance)


def modes_of(asked, wanted):
    return [m for m in wanted if m == "eager" or asked["device"] != "cpu"]


def plan(measurements, modes):
    """(measurement, mode) in the order to run: mode by mode, and of each series every other size first, the largest before all."""
    ran = [m for m in measurements if (m["runtime"], m["mode"]) == ("gatun", "eager") and m["seconds"] is not None and m["problem"] in PROBLEMS]
    series = {}
    for m in ran:
        series.setdefault((m["problem"], m["device"], m["precision"]), []).append(m)
    ranked = []
    for members in series.values():
        members.sort(key=lambda m: -m["size"])
        order = members[0::3] + members[1::3] + members[2::3]
        ranked += [(rank, m) for rank, m in enumerate(order)]
    ranked.sort(key=lambda pair: pair[0])
    return [(m, mode) for mode in modes for _, m in ranked if mode in modes_of(m, modes)]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("gatun")
    parser.add_argument("pytorch")
    parser.add_argument("--budget", type=float, default=300, help="seconds that it may take, about")
    parser.add_argument("--modes", default="eager,graph,compile")
    options = parser.parse_args()
    modes = options.modes.split(",")
    unknown = [m for m in modes if m not in MODES]
    if unknown:
        parser.error(f"--modes: {unknown[0]} is none of {', '.join(MODES)}")
    with open(options.gatun, encoding="utf-8") as file:
        given = json.load(file)
    if given["schema"] != SCHEMA:
        parser.error(f"{options.gatun}: the schema is {given['schema']}, not {SCHEMA}")

    results = []
    end = time.perf_counter() + options.budget
    planned = plan(given["measurements"], modes)
    for i, (asked, mode) in enumerate(planned):
        result = dict(asked, runtime="pytorch", mode=mode, uploadSeconds=None, downloadSeconds=None, seconds=None, skipped=None)
        results.append(result)
        left = end - time.perf_counter()
        if asked["device"] != "cpu" and not torch.cuda.is_available():
            result["skipped"] = "PyTorch finds no GPU"
        elif left <= 0 or 3 * asked["seconds"] > left:
            result["skipped"] = "time"
        else:
            allowance = min(1.0, max(0.01, left / (len(planned) - i)))
            try:
                result["seconds"] = measure(asked, mode, allowance)
            except Exception as e:  # out of memory, or a mode that can't run the problem: the others go on
                result["skipped"] = (f"{type(e).__name__}: {e}".splitlines() or ["failed"])[0][:300]
                print(f"{asked['problem']} {asked['size']} {asked['precision']} {mode}: {result['skipped']}", file=sys.stderr)
            gc.collect()
    answer = {
        "schema": SCHEMA,
        "created": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "versions": {"pytorch": torch.__version__, "pytorchCuda": torch.version.cuda or "none"},
        "limits": [],
        "measurements": results,
        "crossovers": [],
        "ratios": [],
    }
    with open(options.pytorch, "w", encoding="utf-8") as file:
        json.dump(answer, file, indent=2)
        file.write("\n")


if __name__ == "__main__":
    main()
