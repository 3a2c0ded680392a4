package datastore

import (
	"path"
	"strings"
)

// request has the fields that all requests of the Datastore API share.
type request interface {
	GetProjectId() string
	GetDatabaseId() string
}

// nameCall names a call for the faults by its REST method, such as "datastore.commit", and its database.
func nameCall(fullMethod string, message any) (method, resource string) {
	name := path.Base(fullMethod)
	if r, ok := message.(request); ok {
		resource = databaseName(r)
	}
	return "datastore." + strings.ToLower(name[:1]) + name[1:], resource
}

// methods lists the calls that the server serves.
func methods() []string {
	return []string{
		"datastore.allocateIds", "datastore.beginTransaction", "datastore.commit", "datastore.lookup",
		"datastore.reserveIds", "datastore.rollback", "datastore.runQuery",
	}
}

// databaseName returns the database of a request; an empty id means the default database.
func databaseName(r request) string {
	id := r.GetDatabaseId()
	if id == "" {
		id = "(default)"
	}
	return "projects/" + r.GetProjectId() + "/databases/" + id
}
