// What takes a script back, part by part: from what is there behind a part to what was there in front of it.
#include <algorithm>
#include <utility>

#include <kin/schema/changes.hpp>

#include "../compare/renames.hpp"

namespace kin::schema {

way_back changes_back(const catalogue& from, const catalogue& to, std::span<const difference> all,
                      const sql::dialect& d, const change_options& options, const site& where) {
    const change_script up = changes(from, to, all, d, options, where);
    std::vector<difference> within{all.begin(), all.end()};
    std::erase_if(within,
                  [&](const difference& x) { return std::ranges::find(up.gone_after, x) != up.gone_after.end(); });
    const catalogue last = afterwards(from, to, all, d);
    const catalogue third = up.gone_after.empty() ? last : afterwards(from, to, within, d);
    const catalogue second = up.gone_before.empty() ? from : afterwards(from, to, up.gone_before, d);
    const auto between = [&](const catalogue& now, const catalogue& was, compare_options renames,
                             const change_options& how) {
        renames.exact = true;
        part_back back;
        back.differences = compare(now, was, d, renames, where);
        back.script = changes(now, was, back.differences, d, how, where);
        return back;
    };
    way_back back;
    // Who did not want others to wait for an index on the way there does not on the way back.
    if (!up.gone_after.empty()) back.after = between(last, third, {}, {.concurrently = options.concurrently});
    back.statements = between(third, second, reversed(comparing::renames_in(all)), {});
    if (!up.gone_before.empty()) back.before = between(second, from, {}, {});
    return back;
}

}  // namespace kin::schema
