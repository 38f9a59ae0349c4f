// Parameters as text.
#include <kin/engine/describe.hpp>
#include <kin/value/traits.hpp>

namespace kin::engine {

std::string describe(const parameters& all) {
    std::string text;
    if (!all.objects.empty()) return text;  // as of a run over many objects
    auto add = [&text](const std::string& part) {
        if (!text.empty()) text += ", ";
        text += part;
    };
    for (const field& each : all.fields) {
        try {
            add(kin::describe(store_value(each, all.object).view()));
        } catch (const conversion_error&) {
            add("?");  // what cannot be stored is the reason for the error that this text is for
        }
    }
    for (const value& each : all.values) add(kin::describe(each.view()));
    return text;
}

}  // namespace kin::engine
