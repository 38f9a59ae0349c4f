// What a flush would do, in words.
#include "unit_of_work/unit_of_work.hpp"

#include <algorithm>
#include <string>

#include "lifecycle/session_memory.hpp"
#include "planning/flush_plan.hpp"
#include "unit_of_work/parent_touching.hpp"

namespace kin::detail {

using graph::node;

namespace {

std::string columns_of(const mapping::model& m, std::uint64_t mask) {
    std::string text;
    for (std::size_t i = 0; i < m.columns.size(); ++i) {
        if ((mask >> i & 1) != 0) text += (text.empty() ? " " : ", ") + m.columns[i].name;
    }
    return text;
}

}  // namespace

std::string unit_of_work::explain(const site& where) {
    const auto is_removed = [](const node* n) { return n->state() == graph::life::removed; };
    const bool removes = std::ranges::any_of(memory_.objects.states(), [&](const auto& s) {
        return s != nullptr && std::ranges::any_of(s->removed, is_removed);
    });
    if (!removes) return in_words(where);
    // What the removals bring about is taken back when it is told.
    const graph::all_or_nothing told{memory_.host};
    while (preparation_.detach_from_removed({}, where)) {
    }
    return in_words(where);
}

/// What the plan says.
std::string unit_of_work::in_words(const site& where) {
    const flush_plan plan = plan_builder{memory_, reaches_, where}.build();
    if (plan.steps.empty()) return "nothing to do\n";
    std::string text;
    int number = 0;
    for (const flush_step& s : plan.steps) {
        text += std::to_string(++number) + ". ";
        const mapping::model& m = *s.model;
        const std::string rows = std::to_string(s.nodes.size()) + (s.nodes.size() == 1 ? " row" : " rows");
        const auto list = [&] {
            for (std::size_t i = 0; i < s.nodes.size() && i < 3; ++i)
                text += (i == 0 ? ": " : ", ") + name_of(*s.nodes[i]);
            if (s.nodes.size() > 3) text += ", …";
        };
        const std::string verb = s.keeps ? "remove (and keep)" : "delete";
        switch (s.does) {
            case flush_step::what::insert:
                text += "insert " + rows + " into " + m.table;
                list();
                break;
            case flush_step::what::update:
                text += "update " + rows + " of " + m.table + ", set" + columns_of(m, s.mask);
                list();
                break;
            case flush_step::what::vacate:
                text += "update " + rows + " of " + m.table + ", put aside" + columns_of(m, s.mask);
                list();
                break;
            case flush_step::what::link:
            case flush_step::what::unlink: {
                const bool adds = s.does == flush_step::what::link;
                text += adds ? "link " : "unlink ";
                text += std::to_string(s.pairs.size()) + (s.pairs.size() == 1 ? " pair " : " pairs ");
                text += (adds ? "in " : "from ") + m.table;
                for (std::size_t i = 0; i < s.pairs.size() && i < 3; ++i) {
                    text += (i == 0 ? ": " : ", ") + name_of(*s.pairs[i].first) + " + " + name_of(*s.pairs[i].second);
                }
                if (s.pairs.size() > 3) text += ", …";
                break;
            }
            case flush_step::what::clear_key:
                text += "set " + m.table + "." + m.columns[s.key->columns[0]].name + " to NULL";
                break;
            case flush_step::what::refuse:
                text += "see that nothing in " + m.table + " refers to them by " + s.key->morph;
                break;
            case flush_step::what::remove_tree:
                text += verb + " from " + m.table + " by " + m.columns[s.key->columns[0]].name + ", level by level";
                break;
            case flush_step::what::remove_where:
                text += verb + " from " + m.table + " by " + m.columns[s.key->columns[0]].name;
                break;
            case flush_step::what::remove:
                text += verb + " " + rows + " from " + m.table;
                list();
                break;
            case flush_step::what::restore:
                text += "restore what went with " + rows + " of " + m.table;
                list();
                break;
        }
        if (!s.why.empty()) text += " (" + s.why + ")";
        text += "\n";
    }
    for (const std::string& line : parent_touching{memory_, sync_, plan, where}.in_words()) {
        text += std::to_string(++number) + ". " + line + "\n";
    }
    return text;
}

}  // namespace kin::detail
