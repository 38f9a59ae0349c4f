// What a session is doing, and how it was told to behave.
#pragma once

namespace kin::detail {

/// Flags that several parts of a session read: options that the user set, and what is going on.
struct session_phase {
    bool strict = false;         ///< any implicit load throws raised_load
    bool autoflush = true;       ///< reads flush what would change their answer
    bool wrote = false;          ///< the transaction holds changes
    bool expired = false;        ///< some objects are, or were, expired
    bool flushing = false;       ///< a flush runs
    bool synchronising = false;  ///< of a flush: what was written is still listed as pending
    bool hooking = false;        ///< hooks run: what they touch is put back where they fail
};

/// A flag for as long as a scope lasts.
class flag_set_to {
  public:
    flag_set_to(bool& flag, bool to) noexcept : flag_{flag}, before_{flag} { flag_ = to; }
    ~flag_set_to() { flag_ = before_; }
    flag_set_to(const flag_set_to&) = delete;
    flag_set_to& operator=(const flag_set_to&) = delete;

  private:
    bool& flag_;
    bool before_;
};

}  // namespace kin::detail
