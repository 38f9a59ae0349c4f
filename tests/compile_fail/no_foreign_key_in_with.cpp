// A relation is loaded along a foreign key, so there has to be one.
// expect: error: .*kin: no foreign key between the two models: the child needs a kin::key<Parent> member
#include <kin/kin.hpp>

struct Track {
    kin::key<Track> id{};
#ifdef KIN_COMPILES
    kin::key<struct Album> album_id{};
#endif
};
struct Album {
    kin::key<Album> id{};
    kin::has_many<Track> tracks{};
};

void load(kin::session& s) { (void)s.query<Album>().with(&Album::tracks).all(); }
