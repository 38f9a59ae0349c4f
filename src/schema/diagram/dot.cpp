// A drawing in Graphviz's language.
#include <map>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "drawing.hpp"

namespace kin::schema {

namespace {

std::string in_html(std::string_view text) {
    std::string out;
    for (const char c : text) {
        switch (c) {
            case '&':
                out += "&amp;";
                break;
            case '<':
                out += "&lt;";
                break;
            case '>':
                out += "&gt;";
                break;
            case '"':
                out += "&quot;";
                break;
            default:
                if (static_cast<unsigned char>(c) >= 32) out += c;
        }
    }
    return out;
}

/// A quoted identifier of DOT.
std::string in_dot(std::string_view text) {
    std::string out{'"'};
    for (const char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        if (static_cast<unsigned char>(c) >= 32) out += c;
    }
    return out += '"';
}

constexpr std::string_view colours[] = {"#3b6ea5", "#5b8c5a", "#a5673b", "#7b5ea7", "#a53b5c", "#3b9a97", "#8a8a3b"};

class dot_writer {
  public:
    dot_writer(const drawing& d, const diagram_options& options) : drawing_{d}, options_{options} {}

    std::string write() {
        // Few tables are read from left to right; of many, a sheet that is wide and high is easier to look over.
        const bool large = drawing_.tables.size() > options_.all_columns_up_to;
        out_ = fmt::format(
            "digraph schema {{\n"
            "    graph [rankdir={}, nodesep={}, ranksep={}, fontname=\"Helvetica\", fontsize=14, "
            "fontcolor=\"#555555\", "
            "pad=0.3{}];\n"
            "    node [shape=plain, fontname=\"Helvetica\", fontsize=10];\n"
            "    edge [dir=both, color=\"#707070\", arrowsize=0.8, fontname=\"Helvetica\", fontsize=9, "
            "fontcolor=\"#555555\"];\n",
            "LR", large ? "0.25" : "0.35", large ? "1.6" : "1.1", large ? ", newrank=true" : "");
        write_tables();
        for (const drawn_line& l : drawing_.lines) write_line(l);
        return out_ + "}\n";
    }

  private:
    void write_tables() {
        // One frame for each schema; where there is only one, for each group that keys connect, and for the rest.
        std::map<std::string, std::vector<std::size_t>> frames;
        std::map<std::size_t, std::size_t> members;
        for (const drawn_table& t : drawing_.tables) ++members[t.group];
        std::size_t connected = 0;
        for (const auto& [group, count] : members) connected += count > 1 ? 1 : 0;
        for (std::size_t i = 0; i < drawing_.tables.size(); ++i) {
            const drawn_table& t = drawing_.tables[i];
            std::string frame;
            if (drawing_.several_schemas) {
                frame = "schema " + t.of->schema;
            } else if (members[t.group] == 1) {
                frame = "without keys";
            } else if (connected > 1) {
                frame = fmt::format("group {:04}", t.group);
            }
            frames[frame].push_back(i);
        }
        std::size_t number = 0;
        for (const auto& [frame, tables] : frames) {
            const bool framed = !frame.empty() && frames.size() > 1;
            if (framed) {
                const bool schema = frame.starts_with("schema ");
                const std::string label = schema ? frame.substr(7) : frame == "without keys" ? frame : "";
                out_ += fmt::format("    subgraph cluster_{} {{ label={}; style=\"rounded{}\"; color=\"#cccccc\";\n",
                                    number++, in_dot(label), schema ? "" : ",dashed");
            }
            for (const std::size_t i : tables) write_table(i);
            if (framed) out_ += "    }\n";
            if (frame == "without keys") line_up(tables);
        }
    }

    /// Tables that no line leads to would stand above each other: in rows they take less room.
    void line_up(const std::vector<std::size_t>& tables) {
        constexpr std::size_t in_a_column = 6;
        for (std::size_t i = in_a_column; i < tables.size(); ++i) {
            out_ += fmt::format("    t{} -> t{} [style=invis];\n", tables[i - in_a_column], tables[i]);
        }
    }

    void write_table(std::size_t i) {
        const drawn_table& t = drawing_.tables[i];
        const std::string_view colour =
            colours[(drawing_.several_schemas ? schema_number(*t.of) : t.group) % std::size(colours)];
        out_ += fmt::format(
            "    t{} [label=<<table border=\"0\" cellborder=\"1\" cellspacing=\"0\" cellpadding=\"3\" color=\"{}\">"
            "<tr><td bgcolor=\"{}\" colspan=\"{}\"><font color=\"white\" point-size=\"11\"><b>{}</b></font></td></tr>",
            i, colour, colour, options_.types ? 3 : 2, in_html(t.of->name));
        for (std::size_t c = 0; c < t.columns.size(); ++c) write_column(t.columns[c]);
        if (t.left_out > 0) {
            out_ += fmt::format(
                "<tr><td colspan=\"{}\" sides=\"LRB\" align=\"left\"><font color=\"#888888\">… and {} more"
                "</font></td></tr>",
                options_.types ? 3 : 2, t.left_out);
        }
        out_ += "</table>>];\n";
    }
    std::size_t schema_number(const sql::table_definition& t) {
        return schemas_.emplace(t.schema, schemas_.size()).first->second;
    }

    void write_column(const drawn_column& c) {
        const std::string_view mark = c.primary && c.foreign ? "PK FK"
                                      : c.primary            ? "PK"
                                      : c.foreign            ? "FK"
                                      : c.unique             ? "U"
                                                             : " ";
        const std::string port = in_html(c.of->name);
        const std::string name = c.primary ? "<b>" + in_html(c.of->name) + "</b>" : in_html(c.of->name);
        out_ += fmt::format(
            "<tr><td sides=\"LB\" port=\"l_{}\"><font color=\"#888888\" point-size=\"8\">{}</font></td>"
            "<td sides=\"{}\" align=\"left\"{}>{}{}</td>",
            port, mark, options_.types ? "B" : "RB", options_.types ? "" : fmt::format(" port=\"r_{}\"", port), name,
            c.of->nullable ? "<font color=\"#888888\">?</font>" : "");
        if (options_.types) {
            out_ += fmt::format("<td sides=\"RB\" align=\"left\" port=\"r_{}\"><font color=\"#666666\">{}</font></td>",
                                port, c.of->type.empty() ? " " : in_html(shortened(c.of->type)));
        }
        out_ += "</tr>";
    }
    static std::string shortened(std::string type) {
        constexpr std::pair<std::string_view, std::string_view> long_ones[] = {
            {"character varying", "varchar"},
            {"timestamp without time zone", "timestamp"},
            {"timestamp with time zone", "timestamptz"},
            {"double precision", "double"},
            {"time without time zone", "time"}};
        for (const auto& [from, to] : long_ones) {
            if (type.starts_with(from)) type.replace(0, from.size(), to);
        }
        return type;
    }

    /// The side of the table at which Graphviz looks best: it is left to it.
    static std::string end(std::size_t table, const std::string& column, std::string_view side) {
        if (column.empty()) return fmt::format("t{}", table);
        return fmt::format("t{}:{}", table, in_dot(std::string{side} + column));
    }

    void write_line(const drawn_line& l) {
        // What is referred to stands left of what refers.
        std::string_view many = l.one_to_one ? "teeodot" : "crowodot";
        std::string_view one = l.optional ? "teeodot" : "teetee";
        if (l.many_to_many) many = one = "crowodot";
        std::string from = end(l.to, l.to_column, "r_");
        std::string to = end(l.from, l.from_column, l.from == l.to ? "r_" : "l_");
        if (l.many_to_many) {
            from = fmt::format("t{}", l.to);
            to = fmt::format("t{}", l.from);
        } else if (l.from == l.to) {
            from += ":e";  // around the right side, not across the table
            to += ":e";
        }
        std::string text = fmt::format("    {} -> {} [arrowhead={}, arrowtail={}", from, to, many, one);
        if (l.many_to_many) text += fmt::format(", label={}, style=bold", in_dot(l.name));
        out_ += text + fmt::format(", tooltip={}];\n", in_dot(l.name));
    }

    const drawing& drawing_;
    const diagram_options& options_;
    std::string out_{};
    std::map<std::string, std::size_t> schemas_{};
};

}  // namespace

std::string dot(const catalogue& all, const diagram_options& options) {
    const drawing d = draw(all, options);
    return dot_writer{d, options}.write();
}

}  // namespace kin::schema
