#!/usr/bin/env python3
"""Runs sequences of graph operations with SQLAlchemy and writes all tables after every flush.

    driver.py SEQUENCES DUMPS DATABASE

differential_test.cpp runs the same sequences with Kin, leaves out what is not possible where it stands, and compares.
"""
import sys
import warnings

from sqlalchemy import CheckConstraint, Column, ForeignKey, Integer, String, Table, create_engine, event
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, declarative_base, relationship

# With active_history a parent that is set to none is looked up first: otherwise delete-orphan does not know of it.
Base = declarative_base()
OWNED = "all, delete-orphan"


class Named:
    id = Column(Integer, primary_key=True)
    name = Column(String, nullable=False)


class Refusing:
    id = Column(Integer, primary_key=True)
    name = Column(String, CheckConstraint("name <> 'refused'"), nullable=False)


class Team(Named, Base):
    __tablename__ = "team"
    players = relationship("Player", back_populates="team")


class Player(Refusing, Base):
    __tablename__ = "player"
    team_id = Column(ForeignKey("team.id"))
    team = relationship("Team", back_populates="players", active_history=True)


class Order(Named, Base):
    __tablename__ = "orders"
    lines = relationship("Line", back_populates="order", cascade=OWNED)


class Line(Refusing, Base):
    __tablename__ = "line"
    order_id = Column(ForeignKey("orders.id"), nullable=False)
    order = relationship("Order", back_populates="lines", active_history=True)


class User(Named, Base):
    __tablename__ = "users"
    profile = relationship("Profile", back_populates="user", uselist=False, cascade=OWNED)


class Profile(Named, Base):
    __tablename__ = "profile"
    user_id = Column(ForeignKey("users.id"), nullable=False)
    user = relationship("User", back_populates="profile", active_history=True)


class Node(Refusing, Base):
    __tablename__ = "node"
    parent_id = Column(ForeignKey("node.id"))
    parent = relationship("Node", back_populates="children", remote_side="Node.id", active_history=True)
    children = relationship("Node", back_populates="parent")


class Student(Named, Base):
    __tablename__ = "student"
    enrolments = relationship("Enrolment", back_populates="student", cascade=OWNED)


class Course(Named, Base):
    __tablename__ = "course"
    enrolments = relationship("Enrolment", back_populates="course", cascade=OWNED)


class Enrolment(Base):
    __tablename__ = "enrolment"
    student_id = Column(ForeignKey("student.id"), primary_key=True)
    course_id = Column(ForeignKey("course.id"), primary_key=True)
    grade = Column(Integer, nullable=False)
    student = relationship("Student", back_populates="enrolments", active_history=True)
    course = relationship("Course", back_populates="enrolments", active_history=True)


post_tag = Table(
    "post_tag",
    Base.metadata,
    Column("post_id", ForeignKey("post.id"), primary_key=True),
    Column("tag_id", ForeignKey("tag.id"), primary_key=True),
)


class Post(Named, Base):
    __tablename__ = "post"
    tags = relationship("Tag", secondary=post_tag, back_populates="posts")


class Tag(Refusing, Base):
    __tablename__ = "tag"
    posts = relationship("Post", secondary=post_tag, back_populates="tags")


class Citizen(Named, Base):  # as User, and the database knows that there is one
    __tablename__ = "citizen"
    passport = relationship("Passport", back_populates="citizen", uselist=False, cascade=OWNED)


class Passport(Named, Base):
    __tablename__ = "passport"
    citizen_id = Column(ForeignKey("citizen.id"), nullable=False, unique=True)
    citizen = relationship("Citizen", back_populates="passport", active_history=True)


class Account(Base):
    __tablename__ = "account"
    id = Column(Integer, primary_key=True)
    name = Column(String, nullable=False, unique=True)


MODELS = {m.__name__.lower(): m for m in Base.__subclasses__()}
# collection: parent, its member, child, its member
COLLECTIONS = {
    "players": (Team, "players", Player, "team"),
    "lines": (Order, "lines", Line, "order"),
    "children": (Node, "children", Node, "parent"),
    "tags": (Post, "tags", Tag, None),
    "posts": (Tag, "posts", Post, None),
}
ONES = {
    "profile": (User, "profile", Profile, "user"),
    "passport": (Citizen, "passport", Passport, "citizen"),
}


class Conversation:
    def __init__(self, engine, out):
        self.engine, self.out = engine, out
        self.session = None
        self.renew()

    def renew(self):
        if self.session:
            self.session.close()
        self.session = Session(self.engine, autoflush=False, future=True)
        self.known = {}
        self.dropped = {}  # enrolments whose rows the next flush deletes
        self.left = False  # whether there are any, also those that were put back or replaced

    def find(self, model, *key):
        """The object, which the session must know or find; none for the key 0."""
        if key == (0,):
            return None
        if (model, key) not in self.known:
            found = self.session.get(model, key)
            if found is None:
                raise LookupError(f"no {model.__name__} {key}")
            self.known[model, key] = found
        return self.known[model, key]

    def movable(self, member, child, back, parent, id):
        """The child, taken out of its former parent first: SQLAlchemy's backrefs do not reach that one when the child
        joins another (its own test, test_backref_mutations.py, says that a flush would then be anyone's guess)."""
        item = self.find(child, id)
        former = back and item and getattr(item, back)
        if former and former is not parent:
            if isinstance(getattr(former, member), list):
                getattr(former, member).remove(item)
            elif getattr(former, member) is item:
                setattr(former, member, None)
        return item

    def vacate(self, holder, member, back, item):
        """Sends a former one-to-one child away, from its own side too: backrefs leave an unloaded side as it is."""
        former = holder and getattr(holder, member)
        if former and former is not item:
            setattr(holder, member, None)
            if getattr(former, back) is holder:
                setattr(former, back, None)

    def join(self, item, member, parent):
        setattr(item, member, parent)
        if parent and item not in self.session:
            self.session.add(item)  # new, and let go by its former parent: SQLAlchemy has forgotten it

    def add(self, item, *key):
        self.known[type(item), key] = item
        self.session.add(item)
        return item

    def dump(self):
        cursor = self.session.connection().connection.cursor()
        for table in TABLES:
            rows = cursor.execute(f"SELECT * FROM {table} ORDER BY 1, 2").fetchall()
            text = "; ".join("|".join("NULL" if cell is None else str(cell) for cell in row) for row in rows)
            self.out.append(f"{table}: {text}" if rows else None)
        self.out[:] = [line for line in self.out if line is not None]

    def write(self, and_then):
        deleted = any(isinstance(each, (Post, Tag)) for each in self.session.deleted)
        left, self.dropped, self.left = self.left, {}, False
        try:
            self.session.flush()
        except SQLAlchemyError as e:
            self.out.append("refused")
            if VERBOSE:
                print("refused:", type(e).__name__, e, file=sys.stderr)
            self.session.rollback()
            self.known = {}
            return
        self.out.append("flushed")
        if deleted:  # SQLAlchemy leaves what is deleted in the other side's list, and would unlink it once more
            for each in list(self.session):
                if isinstance(each, (Post, Tag)):
                    self.session.expire(each, ["tags" if isinstance(each, Post) else "posts"])
        if left:  # the same: what left one side is still in the other side's list
            for each in list(self.session):
                if isinstance(each, (Student, Course)):
                    self.session.expire(each, ["enrolments"])
        self.dump()
        and_then()

    def expire(self):
        self.session.expire_all()
        self.known = {}

    def run(self, line):
        verb, *args = line.split()
        getattr(self, "do_" + verb)(*(int(a) if a.isdigit() else a for a in args))

    def do_flush(self):
        self.write(lambda: None)

    def do_commit(self):
        self.write(self.session.commit)

    def do_reload(self):
        self.write(self.expire)

    def do_renew(self):
        self.write(lambda: (self.session.commit(), self.renew()))

    def do_rollback(self):
        self.session.rollback()
        self.known, self.dropped = {}, {}

    def do_add(self, model, id, name):
        self.add(MODELS[model](id=id, name=name), id)

    def do_push(self, collection, parent, id, name):
        owner, member, child, _ = COLLECTIONS[collection]
        item = child(id=id, name=name)
        getattr(self.find(owner, parent), member).append(item)
        self.add(item, id)

    def do_append(self, collection, parent, id):
        owner, member, child, back = COLLECTIONS[collection]
        to = self.find(owner, parent)
        item = self.movable(member, child, back, to, id)
        if item not in getattr(to, member):  # its lists would hold a pair twice
            getattr(to, member).append(item)

    def do_twice(self, collection, parent, id):
        owner, member, child, _ = COLLECTIONS[collection]
        for _ in range(2):
            getattr(self.find(owner, parent), member).append(self.find(child, id))

    def do_erase(self, collection, parent, id):
        owner, member, child, _ = COLLECTIONS[collection]
        getattr(self.find(owner, parent), member).remove(self.find(child, id))

    def do_replace(self, collection, parent, *ids):
        owner, member, child, back = COLLECTIONS[collection]
        to = self.find(owner, parent)
        setattr(to, member, [self.movable(member, child, back, to, id) for id in ids])

    def do_parent(self, collection, id, parent):
        owner, _, child, member = COLLECTIONS[collection]
        self.join(self.find(child, id), member, self.find(owner, parent))

    def do_give(self, one, parent, id, name):
        owner, member, child, back = ONES[one]
        item = child(id=id, name=name)
        self.vacate(self.find(owner, parent), member, back, item)
        setattr(self.find(owner, parent), member, item)
        self.add(item, id)

    def do_one(self, one, parent, id):
        owner, member, child, back = ONES[one]
        to = self.find(owner, parent)
        self.vacate(to, member, back, self.find(child, id))
        setattr(to, member, self.movable(member, child, back, to, id))

    def do_holder(self, one, id, parent):
        owner, member, child, back = ONES[one]
        item, to = self.find(child, id), self.find(owner, parent)
        self.vacate(to, member, back, item)
        self.join(item, back, to)

    def do_enrol(self, student, course, grade):
        self.dropped.pop((student, course), None)
        item = Enrolment(grade=grade)
        item.student = self.find(Student, student)
        item.course = self.find(Course, course)
        self.add(item, student, course)

    def do_unenrol(self, side, student, course):
        owner = self.find(Student, student) if side == "student" else self.find(Course, course)
        item = self.find(Enrolment, student, course)
        owner.enrolments.remove(item)
        self.left = True
        if item in self.session and item not in self.session.new:
            self.dropped[student, course] = item

    def do_drop(self, side, student, course):  # Kin's direct relation, in terms of the association object
        self.do_unenrol(side, student, course)

    def do_take(self, side, student, course):
        to, at = self.find(Student, student), self.find(Course, course)
        if any(each.course is at for each in to.enrolments):
            return
        if (student, course) in self.dropped:  # taken out and put back: its row stays
            item = self.dropped.pop((student, course))
            item.student, item.course = to, at
            self.known[Enrolment, (student, course)] = item
        else:
            self.do_enrol(student, course, 0)

    def do_grade(self, student, course, grade):
        self.find(Enrolment, student, course).grade = grade

    def do_set(self, model, id, name):
        self.find(MODELS[model], id).name = name

    def do_delete(self, model, id):
        self.session.delete(self.find(MODELS[model], id))


VERBOSE = "-v" in sys.argv
TABLES = [
    *("team", "player", "orders", "line", "users", "profile", "node", "student", "course", "enrolment"),
    *("post", "tag", "post_tag", "citizen", "passport", "account"),
]


def connected(connection, _):
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA synchronous = OFF")


def main(sequences, dumps, database):
    warnings.simplefilter("ignore")
    engine = create_engine("sqlite:///" + database, future=True)
    event.listen(engine, "connect", connected)
    Base.metadata.create_all(engine)
    out = []
    with open(sequences) as lines:
        for line in map(str.strip, lines):
            if line.startswith("sequence"):
                with engine.begin() as connection:
                    for table in reversed(Base.metadata.sorted_tables):
                        connection.execute(table.delete())
                out.append(line)
                conversation, broken = Conversation(engine, out), False
            elif line == "end":
                conversation.session.close()
                out.append(line)
            elif not broken:
                if VERBOSE:
                    print(line, file=sys.stderr)
                try:
                    conversation.run(line)
                except Exception as e:  # what the session refuses at once, or a mistake of the test
                    out.append(f"error at {line}: {type(e).__name__}: {e}".replace("\n", " "))
                    broken = True
    with open(dumps, "w") as file:
        file.write("\n".join(out) + "\n")


main(*[a for a in sys.argv[1:] if a != "-v"])
