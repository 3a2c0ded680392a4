package datastore

import (
	"context"
	"slices"
	"strings"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/refuse"
)

// database is a database with its entities. Its key never changes.
type database struct {
	name, project, kind, location string
	created                       time.Time
	key                           cmekpipe.KeyName
	active                        []cmekpipe.KeyVersionName // the key versions of entities

	entities     map[string]*stored // by encoded key
	sorted       map[string][]string
	transactions map[string]*transaction
	version      int64
}

// The kinds of databases, as the Admin API calls them.
const (
	datastoreMode = "DATASTORE_MODE"
	nativeMode    = "FIRESTORE_NATIVE"
)

// open returns the database of a request if its key may be used to read. The caller holds the lock.
func (s *store) open(ctx context.Context, r request) (*database, error) {
	name := databaseName(r)
	d := s.databases[name]
	switch {
	case r.GetProjectId() == "":
		return nil, refuse.InvalidArgument("missing project id")
	case d == nil:
		project, id, _ := strings.Cut(strings.TrimPrefix(name, "projects/"), "/databases/")
		return nil, status.Errorf(codes.NotFound, "The database %s does not exist for project %s", id, project)
	case d.kind != datastoreMode:
		return nil, refuse.FailedPrecondition("The Cloud Datastore API is not available for Firestore in Native Mode database %s.", name)
	}
	for _, version := range d.active {
		if s.env.Keys.Unwrap(ctx, core.FirestoreAgent(d.project), version) != nil {
			return nil, refuse.FailedPrecondition(inaccessibleText)
		}
	}
	return d, nil
}

// protect returns the version that encrypts new entities; none for a database without a key.
func (s *store) protect(ctx context.Context, d *database) (v cmekpipe.KeyVersionName, err error) {
	if !d.key.Valid() {
		return v, nil
	}
	if v, err = s.env.Keys.Wrap(ctx, core.FirestoreAgent(d.project), d.key); err != nil {
		return v, refuse.FailedPrecondition(inaccessibleText)
	}
	if !slices.Contains(d.active, v) {
		d.active = append(d.active, v)
	}
	return v, nil
}

// keyNames returns the encoded keys of a kind in a namespace, sorted.
func (d *database) keyNames(namespace, kind string) []string {
	place := namespace + "\x00" + kind
	if names, ok := d.sorted[place]; ok {
		return names
	}
	var names []string
	for name, e := range d.entities {
		if e.namespace() == namespace && e.kind() == kind {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	d.sorted[place] = names
	return names
}
