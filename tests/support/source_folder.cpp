#include "support/source_folder.hpp"

namespace kin::test {

std::string source_file(const std::string& path) { return std::string{KIN_SOURCE_FOLDER} + "/" + path; }

}  // namespace kin::test
