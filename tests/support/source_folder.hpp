// Where files of this project are that tests read.
#pragma once

#include <string>

namespace kin::test {

/// A file of this project by its path from the project's folder.
std::string source_file(const std::string& path);

}  // namespace kin::test
