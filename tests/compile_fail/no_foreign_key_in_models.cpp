// A list of models checks their relations to each other.
// expect: error: .*kin: no foreign key between the two models: the child needs a kin::key<Parent> member
#include <kin/kin.hpp>

struct Album {
    kin::key<Album> id{};
};
struct Track {
    kin::key<Track> id{};
#ifdef KIN_COMPILES
    kin::key<Album> album_id{};
#else
    std::int64_t album_id{};
#endif
    kin::belongs_to<Album> album{};
};

void create(kin::database& db) { db.create<kin::models<Album, Track>>(); }
