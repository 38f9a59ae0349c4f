// A model's columns and table in statements.
#include <kin/mapping/column.hpp>
#include <kin/mapping/model.hpp>

namespace kin::mapping {

sql::expr column_expression(const model& m, std::size_t offset, std::string_view alias) {
    const column* c = m.column_at(offset);
    if (c == nullptr) throw mapping_error{m.name + ": the member given to col() is no column"};
    return sql::column(&m, c->name, alias);
}

sql::source source_of(const model& m, std::string_view alias) {
    return {.identity = &m, .schema = m.schema, .table = m.table, .alias = std::string{alias}};
}

}  // namespace kin::mapping
