// What queries find, in whatever way they are asked, and what columns were before.
#include <algorithm>

#include "history.hpp"
#include "ingredients.hpp"

namespace changing {

/// A query finds what there is, once what it had to flush is known.
void history::compare_found(const operation& op, const outcome& flushed) {
    using way = question::way;
    view_of_session& v = here();
    const answer says = std::exchange(found_, {});
    std::set<int> found, wanted;
    for (const any_object& each : says.objects) {
        const int o = number_of(v, each);
        if (!found.insert(o).second) throw difference{"the query finds " + name(o) + " twice"};
    }
    if (v.autoflush && (!flushed.ok || flushed.unsure)) return;
    const bool goes =
        std::ranges::any_of(now_.objects, [](const auto& each) { return each.second.is == life::doomed; });
    if (v.autoflush && goes && !with("queries see what goes along")) return;
    const std::map<int, row>& rows = (v.autoflush ? flushed.after : now_).rows;
    for (const auto& [o, each] : rows) {
        if (each.model == op.model && !each.removed) wanted.insert(o);
    }
    const auto number = [&](long long right) {
        if (says.number != right)
            throw difference{"the query says " + std::to_string(says.number) + ", right is " + std::to_string(right)};
    };
    const model& m = s_.models[std::size_t(op.model)];
    switch (way(op.how)) {
        case way::count:
            return number((long long)wanted.size());
        case way::exists:
            return number(wanted.empty() ? 0 : 1);
        case way::sum: {
            const int value = m.find("value");
            long long right = 0;
            for (const int o : wanted) right += std::stoll(rows.at(o).cells[std::size_t(value)]);
            return number(right);
        }
        case way::first:
            if (found.size() != std::min<std::size_t>(1, wanted.size()) || !std::ranges::includes(wanted, found))
                throw difference{"the first is one of " + names(found) + ", there are " + names(wanted)};
            return;
        case way::one:
            std::erase_if(wanted, [&](int o) { return o != op.object; });
            break;
        case way::stream:
            for (const std::vector<cell>& cells : says.values) {
                const int o = std::stoi(cells[std::size_t(m.first(column::what::label))].substr(1));
                if (!found.insert(o).second) throw difference{"the stream shows " + name(o) + " twice"};
                if (!rows.contains(o)) throw difference{"the stream shows " + name(o) + ", which is gone"};
                for (std::size_t i = 0; i < cells.size(); ++i) {
                    if (m.columns[i].is == column::what::data && cells[i] != rows.at(o).cells[i])
                        throw difference{"the stream shows " + name(o) + "'s " + m.columns[i].name + " as " + cells[i] +
                                         ", right is " + rows.at(o).cells[i]};
                }
            }
            break;
        case way::page:
            number((long long)wanted.size());
            break;
        default:
            break;
    }
    if (found != wanted) throw difference{"the query finds " + names(found) + ", right is " + names(wanted)};
}

/// What its columns were when they were read or written last, and what they are.
void history::look_back(int o) {
    view_of_session& v = here();
    const object& each = now_.at(o);
    const model& m = s_.models[std::size_t(each.model)];
    const any_object h = handle(o);
    for (std::size_t i = 0; i < m.columns.size(); ++i) {
        const column& c = m.columns[i];
        if (c.is != column::what::data || !c.read(v.s, h)) continue;
        const former_value says = c.history(v.s, h);
        const cell old = each.is == life::pending ? "" : now_.rows.at(o).cells[i];
        const bool changed = old != each.cells[i];
        if (says.old != old || says.now != each.cells[i] || says.changed != changed)
            throw difference{"history of " + name(o) + "'s " + c.name + ": " + says.old + " to " + says.now +
                             (says.changed ? " changed" : " unchanged") + ", right is " + old + " to " + each.cells[i]};
    }
}

}  // namespace changing
