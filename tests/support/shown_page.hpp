// A page of docs/ whose blocks come out of a test: what stands there between `<!-- generated: name -->` and
// `<!-- end -->`. To accept new text, run with KIN_UPDATE_GOLDEN set and read the difference.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <string>

#include "support/program.hpp"
#include "support/source_folder.hpp"

namespace kin::test {

class shown_page {
  public:
    explicit shown_page(std::string file) : file_{std::move(file)}, text_{text_of(source_file(file_))}, was_{text_} {}
    ~shown_page() {
        if (text_ == was_ || std::getenv("KIN_UPDATE_GOLDEN") == nullptr) return;
        std::ofstream{source_file(file_), std::ios::binary} << text_;
    }
    shown_page(const shown_page&) = delete;
    shown_page& operator=(const shown_page&) = delete;

    /// The block of this name is in this language, and says this.
    void shows(const std::string& name, const std::string& language, const std::string& text) {
        const std::string open = "<!-- generated: " + name + " -->\n";
        const std::size_t at = text_.find(open);
        ASSERT_NE(at, std::string::npos) << file_ << ": " << name;
        const std::size_t begin = at + open.size();
        const std::size_t end = text_.find("<!-- end -->", begin);
        const std::string made = "```" + language + '\n' + text + "```\n";
        EXPECT_EQ(text_.substr(begin, end - begin), made) << file_ << ", " << name;
        text_.replace(begin, end - begin, made);
    }

  private:
    std::string file_;
    std::string text_;
    std::string was_;
};

}  // namespace kin::test
