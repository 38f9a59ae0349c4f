// diagram: the tables as a picture.
#include <kin/engine/connection.hpp>
#include <kin/schema/diagram.hpp>
#include <kin/schema/inspect.hpp>

#include "command_line/commands.hpp"

namespace kin::command_line {

int draw_diagram(desk& d) {
    engine::lease lease = d.db.connect();
    const schema::catalogue all =
        d.asked.of_database ? schema::inspect(*lease) : schema::catalogue_of(d.models, lease->dialect());
    const std::string drawn = d.asked.format == "svg"   ? schema::svg(all)
                              : d.asked.format == "dot" ? schema::dot(all)
                                                        : schema::mermaid(all);
    if (!d.asked.json) {
        print(drawn);
        return 0;
    }
    json_text out;
    out.open('{').name("format").text(d.asked.format).name("diagram").text(drawn);
    print(out.close('}').get() + "\n");
    return 0;
}

}  // namespace kin::command_line
