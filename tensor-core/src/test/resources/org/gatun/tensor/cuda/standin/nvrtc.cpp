// The look-alike of NVRTC: compiles a program as C++ against standin.h into a shared object, which passes for its cubin and PTX.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <spawn.h>
#include <string>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

#include "nvrtc_source.h"

#define API extern "C" __attribute__((visibility("default")))

#ifndef STANDIN_CXX
#define STANDIN_CXX "g++"
#endif
#ifndef STANDIN_INCLUDE
#define STANDIN_INCLUDE "."
#endif

extern char** environ;

namespace {

enum : int { SUCCESS, OUT_OF_MEMORY, CREATION_FAILURE, INVALID_INPUT, INVALID_PROGRAM, INVALID_OPTION, COMPILATION, BUILTIN_FAILURE,
    NO_EXPRESSIONS_AFTER_COMPILATION, NO_LOWERED_NAMES_BEFORE_COMPILATION, EXPRESSION_NOT_VALID, INTERNAL_ERROR };

struct Program {
    std::string source, name, log, binary;
    std::map<std::string, std::string> headers;
    std::vector<std::string> expressions;
    bool compiled = false, anyLater = true;
};

std::mutex lock;
std::set<Program*> programs;
long compilations = 0;

bool known(Program* program) {
    std::lock_guard<std::mutex> guard(lock);
    return programs.count(program) != 0;
}

std::string read(const std::string& path) {
    std::string text;
    if (FILE* file = fopen(path.c_str(), "rb")) {
        char part[65536];
        for (size_t n; (n = fread(part, 1, sizeof part, file)) > 0;) text.append(part, n);
        fclose(file);
    }
    return text;
}

bool write(const std::string& path, const std::string& text) {
    FILE* file = fopen(path.c_str(), "wb");
    if (file == nullptr) return false;
    bool good = fwrite(text.data(), 1, text.size(), file) == text.size();
    return (fclose(file) == 0) && good;
}

// Runs a program with its output and errors in a file; its exit status, or -1.
int run(const std::vector<std::string>& command, const std::string& output) {
    std::vector<char*> arguments;
    for (const std::string& part : command) arguments.push_back(const_cast<char*>(part.c_str()));
    arguments.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 1, output.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    posix_spawn_file_actions_adddup2(&actions, 1, 2);
    pid_t child;
    int failed = posix_spawnp(&child, arguments[0], &actions, nullptr, arguments.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    if (failed != 0) return -1;
    int status;
    while (waitpid(child, &status, 0) < 0) {
        if (errno != EINTR) return -1;
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

// "name:3:7: error: text" becomes "name(3): error: text", as NVRTC writes it.
std::string logOf(const std::string& text, const std::string& name) {
    std::string result;
    int errors = 0;
    for (size_t at = 0; at < text.size();) {
        size_t end = std::min(text.find('\n', at), text.size());
        std::string line = text.substr(at, end - at);
        at = end + 1;
        if (line.find(": In function ") != std::string::npos || line.find(": In instantiation ") != std::string::npos || line.find(": At global scope") != std::string::npos) continue;
        for (size_t hidden; (hidden = line.find("{anonymous}::")) != std::string::npos;) line.erase(hidden, 13);
        size_t colon = line.find(':');
        int number, column, length = 0;
        if (colon != std::string::npos && sscanf(line.c_str() + colon, ":%d:%d: %n", &number, &column, &length) == 2 && length > 0) {
            errors += line.compare(colon + (size_t)length, 5, "error") == 0 || line.compare(colon + (size_t)length, 5, "fatal") == 0;
            line = line.substr(0, colon) + "(" + std::to_string(number) + "): " + line.substr(colon + (size_t)length);
        }
        result += line + "\n";
    }
    if (errors > 0) result += std::to_string(errors) + (errors == 1 ? " error" : " errors") + " detected in the compilation of \"" + name + "\".\n";
    return result;
}

// The compiler's arguments for NVRTC's options; false for one that NVRTC does not have.
bool translate(int count, const char* const* options, std::vector<std::string>* out, std::string* wrong, bool* anyLater) {
    std::string standard = "-std=c++17";
    int architecture = 750;
    for (int i = 0; i < count; i++) {
        std::string option = options[i];
        auto value = [&](const char* name) -> const char* {
            size_t length = strlen(name);
            if (option.compare(0, length, name) != 0) return nullptr;
            if (option.size() > length) return option[length] == '=' ? option.c_str() + length + 1 : nullptr;
            return i + 1 < count ? options[++i] : nullptr;
        };
        const char* v;
        if ((v = value("--gpu-architecture")) || (v = value("-arch"))) {
            int number = 0;
            if (sscanf(v, "sm_%d", &number) != 1 && sscanf(v, "compute_%d", &number) != 1) number = 0;
            if (number < 50 || number > 130) {
                *wrong = "nvrtc: error: invalid value for --gpu-architecture (-arch)\n";
                return false;
            }
            architecture = number * 10;
            *anyLater = v[0] == 'c';
        } else if ((v = value("--std")) || (v = value("-std"))) {
            standard = std::string("-std=") + v;
        } else if (option.compare(0, 2, "-D") == 0 || option.compare(0, 2, "-U") == 0 || option.compare(0, 2, "-I") == 0) {
            out->push_back(option.size() > 2 || i + 1 == count ? option : option + options[++i]);
        } else if ((v = value("--define-macro"))) {
            out->push_back(std::string("-D") + v);
        } else if ((v = value("--undefine-macro"))) {
            out->push_back(std::string("-U") + v);
        } else if ((v = value("--include-path"))) {
            out->push_back(std::string("-I") + v);
        } else if (option == "--use_fast_math" || option == "-use_fast_math") {
            out->push_back("-D__CUDA_FAST_MATH__=1");
        } else {
            static const char* const ignored[] = {"--fmad", "-fmad", "--ftz", "-ftz", "--prec-div", "-prec-div", "--prec-sqrt", "-prec-sqrt",
                "--maxrregcount", "-maxrregcount", "--diag-suppress", "-diag-suppress", "--ptxas-options", "-Xptxas", "--split-compile"};
            static const char* const flags[] = {"-lineinfo", "--generate-line-info", "-G", "--device-debug", "-default-device",
                "--device-as-default-execution-space", "-w", "--disable-warnings", "-restrict", "--restrict", "-extra-device-vectorization",
                "--extra-device-vectorization", "-dopt", "--no-cache", "-no-cache", "--relocatable-device-code=false", "-rdc=false",
                "--minimal", "-minimal", "--extended-lambda", "-extended-lambda", "--pch", "-pch", "-dlto", "--device-int128", "-device-int128", "--builtin-initializer-list=false"};
            bool found = false;
            for (const char* name : ignored) found = found || value(name) != nullptr;
            for (const char* name : flags) found = found || option == name;
            if (!found) {
                *wrong = "nvrtc: error: unrecognized option " + option + "\n";
                return false;
            }
        }
    }
    // The table at the end needs C++17; kernels of an older standard are valid in it.
    if (standard.find("11") != std::string::npos || standard.find("14") != std::string::npos || standard.find("03") != std::string::npos) standard = "-std=c++17";
    out->push_back(standard);
    out->push_back("-D__CUDA_ARCH__=" + std::to_string(architecture));
    return true;
}

std::string quoted(const std::string& text) {
    std::string result = "\"";
    for (char c : text) result += c == '"' || c == '\\' ? std::string("\\") + c : std::string(1, c);
    return result + "\"";
}

unsigned long hashOf(const std::string& bytes, size_t from) {
    unsigned long hash = 0xcbf29ce484222325;
    for (size_t i = from; i < bytes.size(); i++) hash = (hash ^ (unsigned char)bytes[i]) * 0x100000001b3;
    return hash;
}

// Marks the image: see modules.cpp.
void sign(std::string* image) {
    unsigned long hash = hashOf(*image, 16) >> 8;
    memcpy(&(*image)[9], &hash, 7);
}
bool isSigned(const std::string& image) {
    if (image.size() < 64) return false;
    unsigned long stored = 0;
    memcpy(&stored, &image[9], 7);
    return stored == hashOf(image, 16) >> 8;
}

// How much of a program are its includes, written out: what stands before the last line that says it is the program's own again.
size_t includesOf(const Program& program) {
    std::string own = " " + quoted(program.name);
    for (size_t at = program.source.rfind("\n#line "); at != std::string::npos && at > 0; at = program.source.rfind("\n#line ", at - 1)) {
        size_t end = std::min(program.source.find('\n', at + 1), program.source.size());
        if (end - at > own.size() && program.source.compare(end - own.size(), own.size(), own) == 0) return at + 1;
    }
    return 0;
}

// A header of standin.h and a program's includes, precompiled when a second program asks for it; empty for the first.
std::string precompiled(const std::string& includes, const std::vector<std::string>& command) {
    std::string text = "#include \"standin.h\"\nnamespace {\n" + rewritten(includes) + "}\n", key = text;
    for (const std::string& part : command) key += "\n" + part;
    std::string header = STANDIN_INCLUDE "/includes-" + std::to_string(hashOf(key, 0)) + "-" + std::to_string(key.size()) + ".h";
    static std::map<std::string, int> asked;
    std::lock_guard<std::mutex> guard(lock);
    if (access((header + ".gch").c_str(), R_OK) == 0) return header;
    if (++asked[header] != 2) return "";
    std::string fresh = header + "." + std::to_string(getpid());
    if (!write(fresh, text) || rename(fresh.c_str(), header.c_str()) != 0) return "";
    std::vector<std::string> making = command;
    making.insert(making.end(), {"-x", "c++-header", header, "-o", fresh});
    if (run(making, "/dev/null") == 0 && rename(fresh.c_str(), (header + ".gch").c_str()) == 0) return header;
    unlink(fresh.c_str());
    return "";
}

int compile(Program& program, const std::vector<std::string>& options, const std::string& folder) {
    const char* chosen = getenv("GATUN_STANDIN_CXX");
    std::string compiler = chosen != nullptr ? chosen : STANDIN_CXX;
    for (auto& [name, text] : program.headers) {
        for (size_t slash = name.find('/'); slash != std::string::npos; slash = name.find('/', slash + 1))
            if (run({"mkdir", "-p", folder + "/" + name.substr(0, slash)}, "/dev/null") != 0) return INTERNAL_ERROR;
        write(folder + "/" + name, rewritten(text));
    }
    std::string seen = program.source;
    bool hidden = definesKernelsByMacro(seen);
    for (auto& [name, text] : program.headers) hidden = hidden || text.find("__global__") != std::string::npos;
    if (hidden) {
        write(folder + "/names.cpp", program.source);
        std::vector<std::string> command = {compiler, "-E", "-P", "-w", "-I" + folder, "-I" STANDIN_INCLUDE};
        command.insert(command.end(), options.begin(), options.end());
        command.insert(command.end(), {folder + "/names.cpp", "-o", folder + "/names.txt"});
        if (run(command, folder + "/log") == 0) seen = read(folder + "/names.txt");
    }
    Names names = namesIn(seen);
    const std::string head = "#include \"standin.h\"\nnamespace {\n#line 1 " + quoted(program.name) + "\n" + rewritten(program.source);
    std::string text = "\n#line 1 \"the names of the program\"\nconst StandinKernel standinKernels[] = {\n";
    for (const std::string& kernel : names.kernels) text += "STANDIN_KERNEL(" + quoted(kernel) + ", " + kernel + "),\n";
    for (size_t i = 0; i < program.expressions.size(); i++)
        text += "\n#line " + std::to_string(i + 1) + " \"name expression\"\nSTANDIN_KERNEL(\"" + loweredName(i) + "\", " + program.expressions[i] + "),\n";
    text += "{}};\nconst StandinGlobal standinGlobals[] = {\n";
    for (const std::string& global : names.globals) text += "{" + quoted(global) + ", (void*)&" + global + ", sizeof(" + global + ")},\n";
    text += "{}};\n}\nextern \"C\" {\n__attribute__((visibility(\"default\"))) StandinModule standin_module = {STANDIN_VERSION, __CUDA_ARCH__, " +
        std::to_string(program.anyLater) + ", &standinBlock, standinKernels, " +
        std::to_string(names.kernels.size() + program.expressions.size()) + ", standinGlobals, " + std::to_string(names.globals.size()) +
        ", __start_standin_shared, __stop_standin_shared};\n}\n";
    std::vector<std::string> command = {compiler, "-O1", "-w", "-fPIC", "-nostdinc++", "-fno-exceptions", "-fno-rtti",
        "-fno-asynchronous-unwind-tables", "-fno-threadsafe-statics", "-fno-stack-protector", "-fno-strict-aliasing", "-fno-math-errno",
        "-fvisibility=hidden", "-fno-diagnostics-show-caret", "-ffp-contract=off", "-U_FORTIFY_SOURCE", "-I" STANDIN_INCLUDE};
#if defined(__x86_64__)
    if (__builtin_cpu_supports("fma")) command.push_back("-mfma");  // fmaf() as an instruction
#endif
    command.insert(command.end(), options.begin(), options.end());
    // A program that this build of the stand-in has compiled before, in whatever process, is not compiled again.
    std::string key = head + text;
    for (const std::string& part : command) key += "\n" + part;
    for (auto& [name, header] : program.headers) key += "\n" + name + "\n" + header;
    std::string kept = STANDIN_INCLUDE "/kernel-" + std::to_string(hashOf(key, 0)) + "-" + std::to_string(key.size());
    program.binary = read(kept);
    if (isSigned(program.binary)) return SUCCESS;
    size_t includes = program.headers.empty() ? includesOf(program) : 0;
    std::string header = includes > 0 ? precompiled(program.source.substr(0, includes), command) : "";
    std::string all = header.empty() ? head + text : "namespace {\n" + rewritten(program.source.substr(includes)) + text;
    if (!write(folder + "/kernel.cpp", all)) return INTERNAL_ERROR;
    if (!header.empty()) command.insert(command.end(), {"-include", header});
    command.insert(command.end(), {"-shared", "-nostdlib", "-s", "-Wl,--build-id=none", "-Wl,-z,noseparate-code", "-I" + folder,
        folder + "/kernel.cpp", "-o", folder + "/kernel.so", "-l:libm.so.6", "-l:libc.so.6"});
    int status = run(command, folder + "/log");
    program.log = logOf(read(folder + "/log"), program.name);
    if (status != 0) {
        if (status == -1 || status == 127) program.log += "the compiler " + compiler + " could not be run\n";
        return program.log.find("name expression(") != std::string::npos ? EXPRESSION_NOT_VALID : COMPILATION;
    }
    program.binary = read(folder + "/kernel.so");
    if (program.binary.size() < 64) return INTERNAL_ERROR;
    sign(&program.binary);
    std::string fresh = kept + "." + std::to_string(getpid()) + "." + folder.substr(folder.size() - 6);
    if (!write(fresh, program.binary) || rename(fresh.c_str(), kept.c_str()) != 0) unlink(fresh.c_str());
    return SUCCESS;
}

int give(Program* program, const std::string& text, size_t extra, size_t* size, char* out) {
    if (!known(program)) return INVALID_PROGRAM;
    if (size == nullptr && out == nullptr) return INVALID_INPUT;
    if (size != nullptr) *size = text.size() + extra;
    if (out != nullptr) memcpy(out, text.c_str(), text.size() + extra);
    return SUCCESS;
}

}  // namespace

API int nvrtcVersion(int* major, int* minor) {
    if (major == nullptr || minor == nullptr) return INVALID_INPUT;
    *major = 13;
    *minor = 0;
    return SUCCESS;
}

API int nvrtcGetNumSupportedArchs(int* count) {
    *count = 4;
    return SUCCESS;
}
API int nvrtcGetSupportedArchs(int* out) {
    const int all[] = {75, 80, 90, 100};
    memcpy(out, all, sizeof all);
    return SUCCESS;
}

API const char* nvrtcGetErrorString(int result) {
    static const char* const names[] = {"NVRTC_SUCCESS", "NVRTC_ERROR_OUT_OF_MEMORY", "NVRTC_ERROR_PROGRAM_CREATION_FAILURE", "NVRTC_ERROR_INVALID_INPUT",
        "NVRTC_ERROR_INVALID_PROGRAM", "NVRTC_ERROR_INVALID_OPTION", "NVRTC_ERROR_COMPILATION", "NVRTC_ERROR_BUILTIN_OPERATION_FAILURE",
        "NVRTC_ERROR_NO_NAME_EXPRESSIONS_AFTER_COMPILATION", "NVRTC_ERROR_NO_LOWERED_NAMES_BEFORE_COMPILATION", "NVRTC_ERROR_NAME_EXPRESSION_NOT_VALID",
        "NVRTC_ERROR_INTERNAL_ERROR"};
    return result >= 0 && result <= INTERNAL_ERROR ? names[result] : "NVRTC_ERROR unknown";
}

API int nvrtcCreateProgram(Program** out, const char* source, const char* name, int count, const char* const* headers, const char* const* includeNames) {
    if (out == nullptr || source == nullptr || count < 0 || (count > 0 && (headers == nullptr || includeNames == nullptr))) return INVALID_INPUT;
    auto program = std::make_unique<Program>();
    program->source = source;
    program->name = name != nullptr && *name != 0 ? name : "default_program";
    for (int i = 0; i < count; i++) program->headers[includeNames[i]] = headers[i];
    std::lock_guard<std::mutex> guard(lock);
    *out = program.release();
    programs.insert(*out);
    return SUCCESS;
}

API int nvrtcDestroyProgram(Program** program) {
    if (program == nullptr) return INVALID_PROGRAM;
    std::lock_guard<std::mutex> guard(lock);
    if (programs.erase(*program) == 0) return INVALID_PROGRAM;
    delete *program;
    *program = nullptr;
    return SUCCESS;
}

API int nvrtcAddNameExpression(Program* program, const char* expression) {
    if (!known(program)) return INVALID_PROGRAM;
    if (program->compiled) return NO_EXPRESSIONS_AFTER_COMPILATION;
    program->expressions.push_back(expression);
    return SUCCESS;
}

API int nvrtcGetLoweredName(Program* program, const char* expression, const char** out) {
    if (!known(program)) return INVALID_PROGRAM;
    if (!program->compiled) return NO_LOWERED_NAMES_BEFORE_COMPILATION;
    for (size_t i = 0; i < program->expressions.size(); i++) {
        if (program->expressions[i] != expression) continue;
        static std::set<std::string>* const names = new std::set<std::string>;
        std::lock_guard<std::mutex> guard(lock);
        *out = names->insert(loweredName(i)).first->c_str();
        return SUCCESS;
    }
    return EXPRESSION_NOT_VALID;
}

API int nvrtcCompileProgram(Program* program, int count, const char* const* options) {
    if (!known(program)) return INVALID_PROGRAM;
    if (count < 0 || (count > 0 && options == nullptr)) return INVALID_INPUT;
    std::vector<std::string> arguments;
    program->log.clear();
    program->binary.clear();
    program->anyLater = true;
    if (!translate(count, options, &arguments, &program->log, &program->anyLater)) return INVALID_OPTION;
    const char* temporary = getenv("TMPDIR");
    std::string folder = std::string(temporary != nullptr ? temporary : "/tmp") + "/gatun-standin-XXXXXX";
    if (mkdtemp(&folder[0]) == nullptr) return INTERNAL_ERROR;
    int result = compile(*program, arguments, folder);
    if (program->headers.empty()) {
        for (const char* file : {"/kernel.cpp", "/kernel.so", "/log", "/names.cpp", "/names.txt"}) unlink((folder + file).c_str());
        rmdir(folder.c_str());
    } else {
        run({"rm", "-rf", folder}, "/dev/null");
    }
    program->compiled = result == SUCCESS;
    std::lock_guard<std::mutex> guard(lock);
    compilations++;
    return result;
}

API int nvrtcGetProgramLogSize(Program* program, size_t* size) { return give(program, known(program) ? program->log : "", 1, size, nullptr); }
API int nvrtcGetProgramLog(Program* program, char* out) { return give(program, known(program) ? program->log : "", 1, nullptr, out); }
// There is a cubin for a real architecture only, as sm_90 is and compute_90 is not.
API int nvrtcGetCUBINSize(Program* program, size_t* size) {
    return give(program, known(program) && !program->anyLater ? program->binary : "", 0, size, nullptr);
}
API int nvrtcGetCUBIN(Program* program, char* out) {
    return give(program, known(program) && !program->anyLater ? program->binary : "", 0, nullptr, out);
}
API int nvrtcGetPTXSize(Program* program, size_t* size) { return give(program, known(program) ? program->binary : "", 1, size, nullptr); }
API int nvrtcGetPTX(Program* program, char* out) { return give(program, known(program) ? program->binary : "", 1, nullptr, out); }

// For tests: how many programs were compiled, and how many have not been destroyed.
API long standin_nvrtc_compilations() {
    std::lock_guard<std::mutex> guard(lock);
    return compilations;
}
API long standin_nvrtc_programs() {
    std::lock_guard<std::mutex> guard(lock);
    return (long)programs.size();
}
