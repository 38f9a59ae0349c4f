// What a sanitizer changes about memory.
#pragma once

namespace kin::test {

/// The address sanitizer keeps what is freed for a while, to tell who uses it then.
#if defined(__SANITIZE_ADDRESS__)
inline constexpr bool keeps_freed_memory = true;
#elif defined(__has_feature)
inline constexpr bool keeps_freed_memory = __has_feature(address_sanitizer);
#else
inline constexpr bool keeps_freed_memory = false;
#endif

}  // namespace kin::test
