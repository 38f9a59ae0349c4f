// Parameters as text.
#include <algorithm>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include <kin/engine/describe.hpp>
#include <kin/value/traits.hpp>

#include "engine/failure.hpp"

namespace kin::engine {

namespace {

std::mutex hidden_lock;

std::vector<std::string>& hidden_columns() {
    static std::vector<std::string> names;
    return names;
}

/// So much of a statement's parameters is shown.
constexpr std::size_t longest = 2000;

class listed {
  public:
    /// False where the rest is left out.
    bool add(const std::string& part) {
        if (text_.size() + part.size() > longest) return false;
        if (!text_.empty()) text_ += ", ";
        text_ += part;
        ++count_;
        return true;
    }
    std::string take(std::size_t of) {
        if (count_ < of) text_ += ", … (" + std::to_string(of - count_) + " more)";
        return std::move(text_);
    }

  private:
    std::string text_{};
    std::size_t count_ = 0;
};

std::string shown(const field& f, const void* object) {
    if (f.hidden) return "(hidden)";
    try {
        return kin::describe(store_value(f, object).view());
    } catch (const conversion_error&) {
        return "?";  // what cannot be stored is the reason for the error that this text is for
    }
}

}  // namespace

void note_hidden_column(std::string_view name) {
    const std::scoped_lock guard{hidden_lock};
    hidden_columns().emplace_back(name);
}
bool is_hidden_column(std::string_view name) {
    const std::scoped_lock guard{hidden_lock};
    const auto& all = hidden_columns();
    return std::find(all.begin(), all.end(), name) != all.end();
}

std::string describe(const parameters& all) {
    if (!all.objects.empty()) return {};  // as of a run over many objects
    listed text;
    const std::size_t count = all.fields.size() + all.values.size();
    for (const field& each : all.fields) {
        if (!text.add(shown(each, all.object))) return text.take(count);
    }
    for (const value& each : all.values) {
        if (!text.add(kin::describe(each.view()))) break;
    }
    return text.take(count);
}

}  // namespace kin::engine
