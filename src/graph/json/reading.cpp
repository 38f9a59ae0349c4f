// Objects out of JSON: columns, and errors that say where.
#include <kin/json.hpp>

#include <algorithm>
#include <memory>

#include <kin/graph/fields.hpp>
#include <kin/value/parsing.hpp>
#include <kin/value/traits.hpp>

#include "graph/blank_object.hpp"
#include "graph/json/paths.hpp"
#include "value/json_text.hpp"

namespace kin::detail {

namespace {

class json_columns {
  public:
    json_columns(const mapping::model& m, const selection& allowed, const site& where)
        : model_{m}, allowed_{allowed}, where_{where} {}

    void read(const json_tree& t, const std::string& path) { read(t, path, {}, allowed_); }

    /// Not before all of it was read, so that an object holds all or nothing.
    void bring_into(void* object) const {
        for (const auto& [c, v] : values_) graph::assign(c->io, object, v.view());
    }

  private:
    void read(const json_tree& t, const std::string& path, const std::string& prefix, const selection& allowed) {
        if (t.is != json_tree::what::object) refuse(path, "an object", t);
        for (const auto& [name, below] : t.members) {
            const std::string at = path.empty() ? name : path + "." + name;
            if (!allowed.has(name)) unknown(at);
            const auto c = std::find_if(model_.columns.begin(), model_.columns.end(),
                                        [&](const mapping::column& each) { return each.member == prefix + name; });
            if (c != model_.columns.end()) {
                values_.emplace_back(&*c, converted(*c, below, at));
            } else if (is_member(model_, prefix, name)) {
                read(below, at, prefix + name + ".", allowed.below(name));
            } else {
                unknown(at);
            }
        }
    }

    [[noreturn]] void unknown(const std::string& at) const {
        std::string names;
        for (const mapping::column& c : model_.columns) {
            selection here = allowed_;
            bool there = true;
            std::string_view left = c.member;
            while (there) {
                const std::size_t dot = left.find('.');
                there = here.has(left.substr(0, dot));
                here = here.below(left.substr(0, dot));
                if (dot == std::string_view::npos) break;
                left.remove_prefix(dot + 1);
            }
            if (there) names += (names.empty() ? "" : ", ") + c.member;
        }
        throw unknown_name{mapping::shown(at) + " is no column that is read here; they are: " + names,
                           {.where = where_}};
    }
    [[noreturn]] void refuse(const std::string& at, std::string_view expected, const json_tree& got,
                             bool hidden = false) const {
        std::string text = (at.empty() ? std::string{"the document"} : mapping::shown(at)) + ": " +
                           std::string{expected} + " is expected, and there is " + std::string{name_of(got.is)};
        const bool shown = got.is == json_tree::what::number || got.is == json_tree::what::text;
        if (shown && !hidden) text += ": " + std::string{got.source.substr(0, 60)};
        throw conversion_error{text, {.where = where_}};
    }

    [[nodiscard]] value converted(const mapping::column& c, const json_tree& t, const std::string& at) const {
        using what = json_tree::what;
        if (t.is == what::null) {
            if (c.nullable()) return {};
            if (c.io.type != kind::json) refuse(at, expected(c.io.type), t);  // which null is a value of
        }
        value v = of_its_kind(c, t, at);
        if (c.io.codec == nullptr) return v;
        // A trial: what its codec refuses is found before anything is written.
        if (trial_ == nullptr) trial_ = std::make_unique<blank_object>(*model_.type);
        try {
            load_value(c.io, trial_->at, v.view());
        } catch (const conversion_error& e) {
            throw conversion_error{at + ": " + e.message(), {.where = where_}};
        }
        return v;
    }
    [[nodiscard]] value of_its_kind(const mapping::column& c, const json_tree& t, const std::string& at) const {
        using what = json_tree::what;
        const kind type = c.io.type;
        switch (type) {
            case kind::boolean:
                if (t.is == what::boolean) return t.yes;
                break;
            case kind::int16:
            case kind::int32:
            case kind::int64:
            case kind::float32:
            case kind::float64:
                if (t.is == what::number) return fitting(c, t, at);
                break;
            case kind::decimal:
                if (t.is == what::number || t.is == what::text) return {t.text, type};
                break;
            case kind::json:
                return {t.source, type};
            case kind::integers:
            case kind::reals:
            case kind::texts:
                if (t.is == what::list) return {t.source, type};
                break;
            case kind::blob: {
                std::string bytes;
                if (t.is == what::text && read_base64(t.text, bytes)) return {std::move(bytes), type};
                break;
            }
            default:
                if (t.is == what::text) return fitting(c, t, at);
        }
        refuse(at, expected(type), t, c.io.hidden);
    }
    /// A trial on a value of the column's own: what is out of range is found before anything is written.
    [[nodiscard]] value fitting(const mapping::column& c, const json_tree& t, const std::string& at) const {
        try {
            value v = parse_value(t.text, c.io.type, where_);
            if (c.io.whole_number() && !in_range(c.io.rep, v.integer())) {
                refuse(at, "a number that fits", t, c.io.hidden);
            }
            return v;
        } catch (const conversion_error&) {
            refuse(at, expected(c.io.type), t, c.io.hidden);
        }
    }
    [[nodiscard]] static bool in_range(layout rep, std::int64_t n) {
        switch (rep) {
            case layout::i8:
                return n >= -128 && n <= 127;
            case layout::i16:
                return n >= -32768 && n <= 32767;
            case layout::i32:
                return n >= -2147483648LL && n <= 2147483647LL;
            case layout::u8:
                return n >= 0 && n <= 255;
            case layout::u16:
                return n >= 0 && n <= 65535;
            case layout::u32:
                return n >= 0 && n <= 4294967295LL;
            case layout::u64:
                return n >= 0;
            default:
                return true;
        }
    }
    [[nodiscard]] static std::string_view expected(kind k) {
        switch (k) {
            case kind::boolean:
                return "true or false";
            case kind::int16:
            case kind::int32:
            case kind::int64:
                return "a whole number";
            case kind::float32:
            case kind::float64:
                return "a number";
            case kind::date:
                return "a date (2026-11-21)";
            case kind::time:
                return "a time (09:31:00)";
            case kind::timestamp:
                return "a time (2026-11-21T09:31:00Z)";
            case kind::uuid:
                return "a uuid";
            case kind::blob:
                return "base64";
            case kind::decimal:
                return "a decimal number";
            case kind::integers:
            case kind::reals:
            case kind::texts:
                return "a list";
            default:
                return "a text";
        }
    }

    const mapping::model& model_;
    const selection& allowed_;
    const site& where_;
    mutable std::unique_ptr<blank_object> trial_{};
    std::vector<std::pair<const mapping::column*, value>> values_{};
};

}  // namespace

void read_json(std::string_view text, const mapping::model& m, void* object, const json_paths& paths,
               const site& where) {
    const parsed_paths parsed{m, paths, where};
    const json_tree t = read_json(text, where);
    json_columns columns{m, parsed.all, where};
    columns.read(t, {});
    columns.bring_into(object);
}

void read_json_list(std::string_view text, const mapping::model& m, void* to, void* (*next)(void*),
                    const json_paths& paths, const site& where) {
    const parsed_paths parsed{m, paths, where};
    const json_tree t = read_json(text, where);
    if (t.is != json_tree::what::list) {
        throw conversion_error{"a list is expected, and there is " + std::string{name_of(t.is)}, {.where = where}};
    }
    for (std::size_t i = 0; i < t.items.size(); ++i) {
        json_columns columns{m, parsed.all, where};
        columns.read(t.items[i], "[" + std::to_string(i) + "]");
        columns.bring_into(next(to));
    }
}

}  // namespace kin::detail
