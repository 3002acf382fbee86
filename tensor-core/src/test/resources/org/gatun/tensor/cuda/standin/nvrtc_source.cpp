// Finds kernels and variables in a program's text by its tokens.
#include "nvrtc_source.h"

#include <algorithm>
#include <cctype>

namespace {

struct Token {
    std::string text;
    size_t from, to;
};

bool isWord(char c) { return isalnum((unsigned char)c) || c == '_'; }

// Words, strings and single marks; no comments, no preprocessor lines.
std::vector<Token> tokens(const std::string& s) {
    std::vector<Token> result;
    bool lineStart = true;
    for (size_t i = 0; i < s.size();) {
        char c = s[i];
        if (c == '\n') {
            lineStart = true;
            i++;
        } else if (isspace((unsigned char)c)) {
            i++;
        } else if (s.compare(i, 2, "//") == 0) {
            i = std::min(s.find('\n', i), s.size());
        } else if (s.compare(i, 2, "/*") == 0) {
            size_t end = s.find("*/", i + 2);
            i = end == std::string::npos ? s.size() : end + 2;
        } else if (c == '#' && lineStart) {
            while (i < s.size() && s[i] != '\n') i += s[i] == '\\' && i + 1 < s.size() ? 2 : 1;
        } else if (c == '"' || (c == '\'' && (i == 0 || !isWord(s[i - 1])))) {
            size_t end = i + 1;
            while (end < s.size() && s[end] != c) end += s[end] == '\\' ? 2 : 1;
            end = std::min(end + 1, s.size());
            result.push_back({s.substr(i, end - i), i, end});
            i = end;
            lineStart = false;
        } else {
            size_t end = i + 1;
            if (isWord(c)) {
                while (end < s.size() && isWord(s[end])) end++;
            }
            result.push_back({s.substr(i, end - i), i, end});
            i = end;
            lineStart = false;
        }
    }
    return result;
}

// The index after the parenthesis that closes the one at `open`.
size_t afterParentheses(const std::vector<Token>& t, size_t open) {
    int depth = 0;
    for (size_t i = open; i < t.size(); i++) {
        if (t[i].text == "(") depth++;
        if (t[i].text == ")" && --depth == 0) return i + 1;
    }
    return t.size();
}

bool takesParentheses(const std::string& word) {
    return word == "__launch_bounds__" || word == "__align__" || word == "alignas" || word == "__attribute__" || word == "__cluster_dims__" ||
        word == "__maxnreg__" || word == "__builtin_align__";
}

// The next of ( ; = [ { after `i`, past attributes with arguments.
size_t declaratorEnd(const std::vector<Token>& t, size_t i) {
    while (i < t.size()) {
        const std::string& x = t[i].text;
        if (takesParentheses(x) && i + 1 < t.size() && t[i + 1].text == "(") {
            i = afterParentheses(t, i + 1);
        } else if (x == "(" || x == ";" || x == "=" || x == "[" || x == "{") {
            return i;
        } else {
            i++;
        }
    }
    return i;
}

void add(std::vector<std::string>& list, const std::string& name) {
    if (std::find(list.begin(), list.end(), name) == list.end()) list.push_back(name);
}

}  // namespace

bool definesKernelsByMacro(const std::string& s) {
    for (size_t at = s.find("#define"); at != std::string::npos; at = s.find("#define", at + 1)) {
        size_t end = at;
        while (end < s.size() && s[end] != '\n') end += s[end] == '\\' && end + 1 < s.size() ? 2 : 1;
        if (s.substr(at, end - at).find("__global__") != std::string::npos) return true;
    }
    return false;
}

Names namesIn(const std::string& source) {
    Names names;
    std::vector<Token> t = tokens(source);
    std::vector<char> braces;  // n: a namespace's, c: those of extern "C", b: others
    size_t statement = 0;      // where the present declaration began
    auto inside = [&](char kind) { return std::find(braces.begin(), braces.end(), kind) != braces.end(); };
    auto has = [&](size_t from, size_t to, const char* word) {
        for (size_t i = from; i < to; i++)
            if (t[i].text == word) return true;
        return false;
    };
    for (size_t i = 0; i < t.size(); i++) {
        const std::string& x = t[i].text;
        if (x == "{") {
            bool space = has(statement, i, "namespace"), c = has(statement, i, "\"C\"") && !has(statement, i, "(");
            braces.push_back(space ? 'n' : c ? 'c' : 'b');
            statement = i + 1;
        } else if (x == "}") {
            if (!braces.empty()) braces.pop_back();
            statement = i + 1;
        } else if (x == ";") {
            statement = i + 1;
        } else if (x == "__global__" && !inside('b')) {
            size_t open = declaratorEnd(t, i + 1);
            bool c = inside('c') || has(statement, i, "\"C\"");
            if (open < t.size() && t[open].text == "(" && c && !has(statement, i, "template")) add(names.kernels, t[open - 1].text);
        } else if ((x == "__device__" || x == "__constant__") && !inside('b')) {
            size_t end = declaratorEnd(t, i + 1);
            bool variable = end < t.size() && t[end].text != "(" && !has(statement, end, "template") && !has(statement, end, "struct") && !has(statement, end, "operator");
            if (variable && (isalpha((unsigned char)t[end - 1].text[0]) || t[end - 1].text[0] == '_')) add(names.globals, t[end - 1].text);
        }
    }
    return names;
}

std::string rewritten(const std::string& source) {
    std::vector<Token> t = tokens(source);
    std::string result;
    size_t copied = 0;
    int depth = 0;
    for (size_t i = 0; i + 2 < t.size(); i++) {
        if (t[i].text == "{") depth++;
        if (t[i].text == "}") depth--;
        if (t[i].text == "static" && t[i + 1].text == "__shared__") {
            result += source.substr(copied, t[i].from - copied);
            copied = t[i + 1].from;
        }
        if (t[i].text != "extern" || t[i + 1].text != "__shared__") continue;
        std::string type;
        size_t end = i + 2;
        while (end < t.size() && t[end].text != "[" && t[end].text != ";") {
            if (takesParentheses(t[end].text)) {
                end = afterParentheses(t, end + 1);
            } else {
                type += t[end++].text + " ";
            }
        }
        if (end >= t.size() || end == i + 2) continue;
        const std::string name = t[end - 1].text;
        type = type.substr(0, type.size() - name.size() - 1);
        size_t semicolon = end;
        while (semicolon < t.size() && t[semicolon].text != ";") semicolon++;
        if (semicolon == t.size()) continue;
        result += source.substr(copied, t[i].from - copied);
        // At file scope the pointer is looked up at each use; a block's own copy is taken when it is reached.
        if (depth == 0) {
            result += "static " + type + "*& " + name + " = reinterpret_cast<" + type + "*&>(standinBlock.dynamicShared);";
        } else {
            result += type + "* const " + name + " = reinterpret_cast<" + type + "*>(standinBlock.dynamicShared);";
        }
        for (char c : source.substr(t[i].from, t[semicolon].to - t[i].from))
            if (c == '\n') result += c;
        copied = t[semicolon].to;
        i = semicolon;
    }
    return result + source.substr(copied);
}
