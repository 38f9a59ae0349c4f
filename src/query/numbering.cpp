// Where the keys to come begin.
#include <kin/engine/connection.hpp>
#include <kin/mapping/column.hpp>
#include <kin/query/numbering.hpp>
#include <kin/sql/compiler.hpp>
#include <kin/sql/dialect.hpp>

#include "mapping/scope.hpp"

namespace kin::detail {

void restart_numbering(session& s, const mapping::model* const* models, std::size_t count, const site& where) {
    s.flush(where);
    engine::connection& c = s.connection(where);
    if (!c.dialect().sequences) return;
    for (std::size_t i = 0; i < count; ++i) {
        const mapping::model& m = *models[i];
        const mapping::column& key = m.columns[m.made_key];
        if (!key.generated) continue;
        c.execute(sql::keys_behind(mapping::every_row_of(m), key.name, c.dialect()));
    }
}

}  // namespace kin::detail
