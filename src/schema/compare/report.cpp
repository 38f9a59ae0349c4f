// Differences in words.
#include <algorithm>

#include <kin/schema/compare.hpp>

namespace kin::schema {

std::string_view to_string(change c) noexcept {
    static constexpr std::string_view names[] = {
        "table_added",         "table_dropped",    "table_renamed",       "table_options",     "column_added",
        "column_dropped",      "column_renamed",   "type_changed",        "nullability",       "default_value",
        "generated",           "identity",         "collation",           "column_options",    "comment",
        "primary_key",         "unique_added",     "unique_dropped",      "foreign_key_added", "foreign_key_dropped",
        "foreign_key_changed", "check_added",      "check_dropped",       "constraint_added",  "constraint_dropped",
        "index_added",         "index_dropped",    "index_changed",       "trigger_added",     "trigger_dropped",
        "trigger_changed",     "view_added",       "view_dropped",        "view_changed",      "enum_added",
        "enum_dropped",        "enum_label_added", "enum_labels_changed", "other_added",       "other_dropped",
        "other_changed"};
    return names[static_cast<std::size_t>(c)];
}

std::string_view to_string(risk r) noexcept {
    static constexpr std::string_view names[] = {"safe", "slow", "needs values", "loses data"};
    return names[static_cast<std::size_t>(r)];
}

namespace {

std::string place_of(const difference& d) {
    std::string text = d.schema.empty() ? std::string{} : d.schema + '.';
    text += d.table;
    if (!d.name.empty() && !d.table.empty()) text += '.';
    return text + d.name;
}

void add_padded(std::string& to, std::string_view text, std::size_t width) {
    to.append(text).append(width > text.size() ? width - text.size() : 0, ' ').append("  ");
}

std::string change_text(const difference& d) {
    if (d.was.empty() && d.wanted.empty()) return {};
    if (d.was.empty()) return d.wanted;
    return d.was + " -> " + (d.wanted.empty() ? std::string{"(none)"} : d.wanted);
}

}  // namespace

std::string report(std::span<const difference> all) {
    std::size_t place = 0;
    std::size_t what = 0;
    for (const difference& d : all) {
        place = std::max(place, place_of(d).size());
        what = std::max(what, to_string(d.what).size());
    }
    std::string text;
    for (const difference& d : all) {
        add_padded(text, to_string(d.risk), 12);
        add_padded(text, to_string(d.what), what);
        add_padded(text, place_of(d), place);
        text += d.reason + '\n';
        const std::string change = change_text(d);
        if (!change.empty()) text.append(14, ' ').append(change) += '\n';
    }
    for (const difference& d : all) {
        for (const std::string& old : d.perhaps_renamed_from) {
            text += "question: was " + place_of(d) + " called \"" + old + "\" before? Then say so with renamed_from, " +
                    "or it begins empty\n";
        }
    }
    return text;
}

schema::risk worst(std::span<const difference> all) noexcept {
    schema::risk r = risk::safe;
    for (const difference& d : all) r = std::max(r, d.risk);
    return r;
}

}  // namespace kin::schema
