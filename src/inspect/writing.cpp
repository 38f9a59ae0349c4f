// The plan as a header.
#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include <kin/mapping/table.hpp>

#include "names.hpp"
#include "plan.hpp"

namespace kin::reverse {

namespace {

/// Text of the database's as a comment: it may have line ends of its own.
std::string one_line(std::string_view text, std::size_t most = 200) {
    std::string out;
    for (const char c : text) {
        const bool space = c == '\n' || c == '\r' || c == '\t' || c == ' ';
        if (!space) out += c;
        if (space && !out.empty() && out.back() != ' ') out += ' ';
    }
    if (out.size() > most) {
        std::size_t end = most;
        while (end > 0 && (static_cast<unsigned char>(out[end]) & 0xC0U) == 0x80U) --end;  // whole letters
        out = out.substr(0, end) + "…";
    }
    while (out.ends_with('\\') || out.ends_with(' ') || out.ends_with("?\?/"))
        out.pop_back();  // a backslash would take the next line along
    return out;
}

constexpr std::array<std::pair<std::string_view, std::string_view>, 11> headers{
    {{"std::chrono::", "kin/value/chrono.hpp"},
     {"kin::moment", "kin/value/chrono.hpp"},
     {"kin::decimal", "kin/value/decimal.hpp"},
     {"kin::stored_as", "kin/value/stored_as.hpp"},
     {"kin::json", "kin/value/json.hpp"},
     {"kin::time_of_day", "kin/value/time_of_day.hpp"},
     {"std::vector<std::int64_t>", "kin/value/list.hpp"},
     {"std::vector<double>", "kin/value/list.hpp"},
     {"std::vector<std::string>", "kin/value/list.hpp"},
     {"kin::enum_names", "kin/value/enums.hpp"},
     {"kin::uuid", "kin/value/uuid.hpp"}}};

class model_writer {
  public:
    model_writer(const model_plan& plan, const model_options& options) : plan_{plan}, options_{options} {}

    std::string write() {
        write_enums();
        for (const planned_model& m : plan_.models) {
            if (m.left_out.empty()) line(fmt::format("struct {};", m.name));
        }
        for (const planned_model& m : plan_.models) {
            if (m.left_out.empty()) write_model(m);
        }
        write_lists();
        write_left_out();
        const std::string body = std::move(out_);
        out_.clear();
        line("// Models of " + (options_.from.empty() ? "a database" : one_line(options_.from)) +
             ", written by kin-inspect: a start that is yours to change.");
        line("#pragma once\n");
        std::string includes;
        for (const auto& [name, header] : {std::pair<std::string_view, std::string_view>{"std::byte", "cstddef"},
                                           {"std::chrono::", "chrono"},
                                           {"_t", "cstdint"},
                                           {"std::optional", "optional"},
                                           {"std::string", "string"},
                                           {"std::string_view", "string_view"},
                                           {"std::vector", "vector"}}) {
            if (body.find(name) != std::string::npos) includes += fmt::format("#include <{}>\n", header);
        }
        includes += includes.empty() ? "#include <kin/kin.hpp>\n" : "\n#include <kin/kin.hpp>\n";
        for (const auto& [type, header] : headers) {
            const std::string include = fmt::format("#include <{}>\n", header);
            if (body.find(type) != std::string::npos && includes.find(include) == std::string::npos) {
                includes += include;
            }
        }
        return out_ + includes + body;
    }

  private:
    void line(std::string_view text) { out_.append(text).append(1, '\n'); }
    void open_namespace() {
        line("");
        if (!options_.name_space.empty()) line(fmt::format("namespace {} {{\n", options_.name_space));
    }
    void close_namespace() {
        if (!options_.name_space.empty()) line(fmt::format("\n}}  // namespace {}", options_.name_space));
    }
    [[nodiscard]] std::string full(const std::string& name) const {
        return options_.name_space.empty() ? name : options_.name_space + "::" + name;
    }

    void write_enums() {
        open_namespace();
        for (const planned_enum& e : plan_.enums) {
            if (!e.source->comment.empty()) line("/// " + one_line(e.source->comment));
            std::string text = fmt::format("enum class {} : std::uint8_t {{", e.name);
            if (e.enumerators.size() > 256) text = fmt::format("enum class {} {{", e.name);
            for (std::size_t i = 0; i < e.enumerators.size(); ++i) text += (i > 0 ? ", " : " ") + e.enumerators[i];
            line(text + " };");
        }
        if (plan_.enums.empty()) return;
        close_namespace();
        for (const planned_enum& e : plan_.enums) write_codec(e);
        open_namespace();
    }

    void write_codec(const planned_enum& e) {
        const std::string name = full(e.name);
        line("");
        line("template <>");
        if (e.as_labels && e.enumerators.size() <= 64) {
            line(fmt::format("struct kin::codec<{0}> : kin::enum_names<{0}> {{}};", name));
            return;
        }
        std::string labels;
        for (const std::string& l : e.source->labels) labels += (labels.empty() ? "" : ", ") + literal(l);
        line(fmt::format(R"(struct kin::codec<{0}> {{
    using stored = std::string;
    static constexpr std::string_view labels[] = {{{1}}};
    static stored to_stored({0} value) {{ return std::string{{labels[static_cast<std::size_t>(value)]}}; }}
    static {0} from_stored(std::string_view text) {{
        for (std::size_t i = 0; i < std::size(labels); ++i) {{
            if (labels[i] == text) return static_cast<{0}>(i);
        }}
        throw kin::conversion_error{{{2} + std::string{{text}} + "'"}};
    }}
}};)",
                         name, labels, literal(e.source->name + " has no value '")));
    }

    /// The naming that leaves the fewest columns to be named one by one.
    static std::pair<std::string_view, kin::naming> naming_of(const planned_model& m) {
        std::pair<std::string_view, kin::naming> best{"", kin::naming::as_members};
        std::size_t fewest = renamed(m, kin::naming::as_members);
        for (const auto& [text, how] : {std::pair{".naming(kin::naming::pascal_case)", kin::naming::pascal_case},
                                        std::pair{".naming(kin::naming::camel_case)", kin::naming::camel_case},
                                        std::pair{".naming(kin::naming::upper_case)", kin::naming::upper_case}}) {
            const std::size_t count = renamed(m, how);
            if (count + 1 >= fewest) continue;
            fewest = count;
            best = {text, how};
        }
        return best;
    }
    static std::string spelled(std::string_view member, kin::naming how) {
        if (how == kin::naming::as_members) return std::string{member};
        std::string out;
        bool starts = how == kin::naming::pascal_case;
        for (const char c : member) {
            const bool small = c >= 'a' && c <= 'z';
            const char capital = small ? static_cast<char>(c - 'a' + 'A') : c;
            if (how == kin::naming::upper_case) {
                out += capital;
                continue;
            }
            if (c != '_') out += starts ? capital : c;
            starts = c == '_';
        }
        return out;
    }
    static std::size_t renamed(const planned_model& m, kin::naming how) {
        return static_cast<std::size_t>(std::ranges::count_if(m.columns, [&](const planned_column& c) {
            return !c.value_type.empty() && spelled(c.member, how) != c.source->name;
        }));
    }

    void write_model(const planned_model& m) {
        line("");
        if (m.table != nullptr && !m.table->comment.empty()) line("/// " + one_line(m.table->comment));
        if (m.view != nullptr) line(fmt::format("/// The view {}: only to be read.", one_line(m.view->name)));
        for (const std::string& c : m.comments) line("// " + one_line(c));
        line(fmt::format("struct {} {{", m.name));
        for (const planned_column& c : m.columns) write_column(c);
        for (const planned_relation& r : m.relations) line(fmt::format("    {} {}{{}};", r.type, r.member));
        write_table(m);
        line("};");
    }

    void write_column(const planned_column& c) {
        std::string comment = one_line(c.comment);
        if (!c.source->comment.empty()) comment += (comment.empty() ? "" : "; ") + one_line(c.source->comment);
        if (c.value_type.empty()) {
            line(fmt::format("    // {}: {}", one_line(c.source->name), comment));
            return;
        }
        const std::string type = c.optional ? fmt::format("std::optional<{}>", c.value_type) : c.value_type;
        line(fmt::format("    {} {}{{{}}};{}", type, c.member, c.initial, comment.empty() ? "" : "  // " + comment));
    }

    void write_table(const planned_model& m) {
        const auto [naming, how] = naming_of(m);
        std::string first = fmt::format("kin::table({})", literal(m.table_name()));
        if (!m.schema().empty()) first += fmt::format(".in_schema({})", literal(m.schema()));
        first += naming;
        // Names of columns stand behind what the rows are and how they are told apart.
        const auto behind = std::ranges::find_if(
            m.rules, [](const std::string& r) { return !r.starts_with(".view(") && !r.starts_with(".primary_key("); });
        std::vector<std::string> rules{m.rules.begin(), behind};
        for (const planned_column& c : m.columns) {
            if (!c.value_type.empty() && spelled(c.member, how) != c.source->name)
                rules.push_back(fmt::format(".column({}, {})", literal(c.member), literal(c.source->name)));
        }
        rules.insert(rules.end(), behind, m.rules.end());
        // A description has so many rules; further ones stand in another one.
        constexpr std::size_t most = 14;
        std::string also;
        for (std::size_t from = most, number = 2; from < rules.size(); from += most, ++number) {
            const std::string name = fmt::format("table_{}", number);
            const auto end = std::min(from + most, rules.size());
            std::string text = fmt::format("    static constexpr auto {} = kin::table()", name);
            for (std::size_t i = from; i < end; ++i) text += "\n        " + rules[i];
            further_.push_back(text);
            also = name;
        }
        const std::size_t parts = further_.size();
        for (std::size_t i = parts; i > 0; --i) {
            line(further_[i - 1] + (i < parts ? fmt::format("\n        .also(table_{})", i + 2) : "") + ";");
        }
        further_.clear();
        std::string text = "    static constexpr auto table = " + first;
        for (std::size_t i = 0; i < std::min(most, rules.size()); ++i) text += "\n        " + rules[i];
        if (parts > 0) text += "\n        .also(table_2)";
        if (rules.size() == 1 && text.size() < 120) text = "    static constexpr auto table = " + first + rules[0];
        line(text + ";");
    }
    void write_lists() {
        std::string tables;
        std::string views;
        for (const planned_model& m : plan_.models) {
            std::string& list = m.view != nullptr || m.read_only ? views : tables;
            if (m.left_out.empty()) list += (list.empty() ? "" : ", ") + m.name;
        }
        line("");
        if (!tables.empty()) line(fmt::format("using all_models = kin::models<{}>;", tables));
        if (!views.empty()) line(fmt::format("using all_views = kin::models<{}>;", views));
        close_namespace();
    }

    void write_left_out() {
        bool any = !plan_.comments.empty() || !plan_.pivots.empty();
        for (const planned_model& m : plan_.models) any = any || !m.left_out.empty();
        if (!any) return;
        line("\n// What no model stands for:");
        for (const std::string& p : plan_.pivots) line("// - " + one_line(p));
        for (const planned_model& m : plan_.models) {
            if (m.left_out.empty() || m.left_out == "many_to_many") continue;
            line(fmt::format("// - {} {}: {}", m.view != nullptr ? "view" : "table", one_line(m.table_name()),
                             one_line(m.left_out)));
        }
        for (const std::string& c : plan_.comments) line("// - " + one_line(c));
    }

    const model_plan& plan_;
    const model_options& options_;
    std::string out_{};
    std::vector<std::string> further_{};
};

}  // namespace

std::string write_models(const model_plan& plan, const model_options& options) {
    return model_writer{plan, options}.write();
}

}  // namespace kin::reverse
