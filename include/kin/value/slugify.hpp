// Text as a part of an address.
#pragma once

#include <string>
#include <string_view>

namespace kin {

/// Lower case, accents dropped, everything but letters, digits and `_` a single hyphen: `"  --Déjà   vu__ "` is
/// `deja-vu`, `"C++ & Rust!"` is `c-rust`. Letters that have no Latin form stay as they are: an address may hold them.
/// Something else than a hyphen stands between the words where it is said.
[[nodiscard]] std::string slugify(std::string_view text, char separator = '-');

}  // namespace kin
