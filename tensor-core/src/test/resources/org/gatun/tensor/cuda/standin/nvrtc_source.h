// What the look-alike of NVRTC reads off a program's text, and the one thing that it changes in it.
#pragma once

#include <string>
#include <vector>

struct Names {
    std::vector<std::string> kernels;  // those with C linkage
    std::vector<std::string> globals;  // __device__ and __constant__ variables
};

Names namesIn(const std::string& source);
// Does a macro's definition hold kernels, so that the text must be preprocessed to find their names?
bool definesKernelsByMacro(const std::string& source);
// "extern __shared__ T name[];" becomes a pointer to the block's dynamic shared memory; lines keep their numbers.
std::string rewritten(const std::string& source);

inline std::string loweredName(size_t expression) {
    return "standin_expression_" + std::to_string(expression);
}
