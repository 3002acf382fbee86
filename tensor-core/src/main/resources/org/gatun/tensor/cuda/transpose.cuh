#pragma once
#include "groups.cuh"
#include "layout.cuh"
// Copies that read neighbours along one axis, the columns, and write neighbours along another, the rows: a block brings
// a tile into shared memory along the columns and takes it out along the rows.

struct Transposing {
    const void* from;
    void* to;
    i64 tiles;     // of all planes
    i64 across;    // tiles side by side along the columns of a plane
    i64 down;      // and along its rows
    i64 logWidth;  // a tile has 1 << logWidth columns
    i64 columns;
    i64 rows;
    i64 fromColumn, fromRow;  // elements from one column to the next, and from one row to the next
    i64 toColumn, toRow;
    Places<6, 2> planes;  // the other axes
};

// T: a word of the elements' size. A block has 256 threads.
template <class T>
static __device__ __forceinline__ void transpose(const Transposing& a) {
    constexpr int logItems = sizeof(T) <= 2 ? 12 : 10;
    constexpr int items = 1 << logItems;
    constexpr int each = items / 256;
    // Reads on their way at once.
    constexpr int batch = each < 8 ? each : 8;
    // Between the rows of a tile, so that the elements of a column lie in different banks.
    constexpr int gap = sizeof(T) < 4 ? 4 / (int)sizeof(T) : 1;
    // A tile has at least 4 columns, and as many rows.
    __shared__ T tile[items + gap * items / 4];
    const int logWidth = (int)a.logWidth;
    const int logHeight = logItems - logWidth;
    const int pitch = (1 << logWidth) + gap;
    for (i64 number = blockIdx.x; number < a.tiles; number += gridDim.x) {
        const i64 line = quotient(number, a.across);
        const i64 plane = quotient(line, a.down);
        const i64 column = (number - line * a.across) << logWidth;
        const i64 row = (line - plane * a.down) << logHeight;
        i64 at[2];
        a.planes.of(plane, at);
        const T* const from = static_cast<const T*>(a.from) + at[0] + column * a.fromColumn + row * a.fromRow;
        T* const to = static_cast<T*>(a.to) + at[1] + column * a.toColumn + row * a.toRow;
        const int columns = (int)(a.columns - column < items ? a.columns - column : items);
        const int rows = (int)(a.rows - row < items ? a.rows - row : items);
#pragma unroll 1
        for (int first = threadIdx.x; first < items; first += batch * 256) {
            T x[batch];
#pragma unroll
            for (int k = 0; k < batch; k++) {
                const int i = first + k * 256;
                const int c = i & ((1 << logWidth) - 1);
                const int r = i >> logWidth;
                x[k] = c < columns && r < rows ? from[c * a.fromColumn + r * a.fromRow] : T();
            }
#pragma unroll
            for (int k = 0; k < batch; k++) {
                const int i = first + k * 256;
                tile[(i >> logWidth) * pitch + (i & ((1 << logWidth) - 1))] = x[k];
            }
        }
        __syncthreads();
#pragma unroll 2
        for (int i = threadIdx.x; i < items; i += 256) {
            const int r = i & ((1 << logHeight) - 1);
            const int c = i >> logHeight;
            if (c < columns && r < rows) {
                to[c * a.toColumn + r * a.toRow] = tile[r * pitch + c];
            }
        }
        __syncthreads();
    }
}
