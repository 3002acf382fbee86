/* Enough of CUDA's libraries to see what the wrappers pass and what they make of a status. One library stands for all four. */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#ifndef DRIVER_VERSION
#define DRIVER_VERSION 13000
#endif
#ifndef INIT_STATUS
#define INIT_STATUS 0
#endif
#ifndef DEVICES
#define DEVICES 1
#endif

int cuInit(unsigned flags) { return flags == 0 ? INIT_STATUS : 1; }
int cuDriverGetVersion(int *version) { *version = DRIVER_VERSION; return 0; }
int cuDeviceGetCount(int *count) { *count = DEVICES; return 0; }
int cuDeviceGet(int *device, int ordinal) { *device = 40 + ordinal; return ordinal < DEVICES ? 0 : 101; }
int cuDeviceGetName(char *name, int length, int device) { snprintf(name, length, "Look-alike %d", device); return 0; }
int cuDeviceTotalMem_v2(size_t *bytes, int device) { *bytes = (size_t) device << 30; return 0; }
int cuDeviceGetAttribute(int *value, int attribute, int device) {
    *value = attribute == 75 ? 9 : attribute == 76 ? 0 : attribute * 1000 + device;
    return 0;
}
int cuGetErrorName(int error, const char **text) {
    *text = error == 2 ? "CUDA_ERROR_OUT_OF_MEMORY" : error == 100 ? "CUDA_ERROR_NO_DEVICE" : error == 701 ? "CUDA_ERROR_LAUNCH" : NULL;
    return *text ? 0 : 1;
}
int cuGetErrorString(int error, const char **text) {
    *text = error == 2 ? "out of memory" : error == 100 ? "no CUDA-capable device is detected" : error == 701 ? "too many resources" : NULL;
    return *text ? 0 : 1;
}
int cuMemAlloc_v2(uint64_t *address, size_t bytes) { *address = 0x7f0000000000; return bytes > 1000 ? 2 : 0; }
int cuMemFree_v2(uint64_t address) { return address == 0x7f0000000000 ? 0 : 999; }
int cuStreamQuery(void *stream) { return stream == (void *) 1 ? 600 : stream == (void *) 2 ? 0 : 2; }

int cuLaunchKernel(void *function, unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by, unsigned bz, unsigned shared,
                   void *stream, void **arguments, void **extra) {
    struct pair { float first; double second; } pair;
    if (bx > 1024 || extra) return 701;
    memcpy(&pair, arguments[6], sizeof pair);
    double *sum = *(double **) arguments[0];
    sum[0] = *(int *) arguments[1] + *(float *) arguments[2] + *(double *) arguments[3] + *(short *) arguments[4]
        + *(signed char *) arguments[5] + pair.first + pair.second;
    sum[1] = (double) (uintptr_t) function + gx * 1e1 + gy * 1e2 + gz * 1e3 + bx * 1e4 + by * 1e5 + bz * 1e6 + shared * 1e7
        + (double) (uintptr_t) stream * 1e8;
    return 0;
}
int cuLaunchHostFunc(void *stream, void (*function)(void *), void *argument) { function(argument); return stream ? 2 : 0; }

const char *cublasGetStatusName(int status) { return status == 15 ? "CUBLAS_STATUS_NOT_SUPPORTED" : "unknown"; }
const char *cublasGetStatusString(int status) { return status == 15 ? "the functionality is not supported" : "unknown"; }
int cublasCreate_v2(void **handle) { *handle = (void *) 7; return 0; }
int cublasGemmEx(void *handle, int ta, int tb, int m, int n, int k, const void *alpha, const void *a, int typeA, int lda,
                 const void *b, int typeB, int ldb, const void *beta, void *c, int typeC, int ldc, int compute, int algorithm) {
    if (handle != (void *) 7 || ta != 1 || tb != 0 || typeA != 2 || typeB != 14 || algorithm != -1) return 15;
    double *out = c;
    if (compute == 70) { out[0] = *(double *) alpha; out[1] = *(double *) beta; }
    else if (compute == 64) { out[0] = *(unsigned short *) alpha; out[1] = *(unsigned short *) beta; }
    else if (compute == 72) { out[0] = *(int *) alpha; out[1] = *(int *) beta; }
    else { out[0] = *(float *) alpha; out[1] = *(float *) beta; }
    out[2] = m + 1e2 * n + 1e4 * k + 1e6 * lda + 1e8 * ldb + 1e10 * ldc + 1e12 * typeC;
    return 0;
}

int cublasLtCreate(void **handle) { *handle = (void *) 8; return 0; }
size_t cublasLtGetVersion(void) { return 130002; }

int nvrtcVersion(int *major, int *minor) { *major = 13; *minor = 1; return 0; }
const char *nvrtcGetErrorString(int status) { return status == 6 ? "NVRTC_ERROR_COMPILATION" : "unknown"; }
static char source[256], image[1024];
int nvrtcCreateProgram(void **program, const char *text, const char *name, int count, const char **headers, const char **names) {
    snprintf(source, sizeof source, "%s", text);
    snprintf(image, sizeof image, "%s: %s", name, text);
    for (int i = 0; i < count; i++) snprintf(image + strlen(image), 128, " %s=%s", names[i], headers[i]);
    *program = source;
    return 0;
}
int nvrtcDestroyProgram(void **program) { return *program == source ? 0 : 3; }
int nvrtcAddNameExpression(void *program, const char *name) { return program == source && *name ? 0 : 3; }
int nvrtcCompileProgram(void *program, int count, const char **options) {
    for (int i = 0; i < count; i++) snprintf(image + strlen(image), 128, " %s", options[i]);
    return strstr(program, "error") ? 6 : 0;
}
int nvrtcGetProgramLogSize(void *program, size_t *size) { *size = strstr(program, "error") ? 40 : 1; return 0; }
int nvrtcGetProgramLog(void *program, char *log) { strcpy(log, "bad.cu(3): error: expected a \";\"\n"); return 0; }
int nvrtcGetCUBINSize(void *program, size_t *size) { *size = strstr(image, "compute_") ? 0 : strlen(image); return 0; }
int nvrtcGetCUBIN(void *program, char *code) { memcpy(code, image, strlen(image)); return 0; }
int nvrtcGetPTXSize(void *program, size_t *size) { *size = 4; return 0; }
int nvrtcGetPTX(void *program, char *code) { memcpy(code, "ptx", 4); return 0; }
int nvrtcGetLoweredName(void *program, const char *name, const char **lowered) { *lowered = "_Z3addIfEvv"; return 0; }
