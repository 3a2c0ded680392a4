package spanner

import (
	"path"
	"strings"

	"cloud.google.com/go/spanner/admin/database/apiv1/databasepb"
)

// nameCall names a call for the faults by its REST method, such as "spanner.sessions.commit", and its database or
// instance.
func nameCall(fullMethod string, request any) (method, resource string) {
	return "spanner." + restName(path.Base(fullMethod)), requestResource(request)
}

// methods lists the calls that the server serves.
func methods() []string {
	return []string{
		"spanner.instances.create", "spanner.instances.get", "spanner.instances.list", "spanner.databases.create",
		"spanner.databases.get", "spanner.databases.list", "spanner.databases.drop", "spanner.databases.getDdl",
		"spanner.databases.updateDdl", "spanner.operations.get", "spanner.sessions.create",
		"spanner.sessions.batchCreateSessions", "spanner.sessions.get", "spanner.sessions.delete",
		"spanner.sessions.beginTransaction", "spanner.sessions.commit", "spanner.sessions.rollback",
		"spanner.sessions.executeStreamingSql", "spanner.sessions.streamingRead", "spanner.sessions.partitionQuery",
	}
}

// restName returns the REST name of a method.
func restName(method string) string {
	for _, kind := range []struct{ singular, plural string }{
		{"Instance", "instances"}, {"Database", "databases"}, {"Operation", "operations"}, {"Session", "sessions"},
	} {
		for _, verb := range []string{"Create", "Get", "List", "Delete"} {
			if method == verb+kind.singular || method == verb+kind.singular+"s" {
				return kind.plural + "." + strings.ToLower(verb)
			}
		}
	}
	switch method {
	case "DropDatabase":
		return "databases.drop"
	case "UpdateDatabaseDdl":
		return "databases.updateDdl"
	case "GetDatabaseDdl":
		return "databases.getDdl"
	case "StreamingRead":
		return "sessions.streamingRead"
	}
	return "sessions." + strings.ToLower(method[:1]) + method[1:]
}

// requestResource returns the name of a request's resource. For a creation it is the resource to be created.
func requestResource(request any) string {
	switch r := request.(type) {
	case *databasepb.CreateDatabaseRequest:
		id, _ := databaseID(r.GetCreateStatement())
		return r.GetParent() + "/databases/" + id
	case interface{ GetInstanceId() string }:
		return request.(interface{ GetParent() string }).GetParent() + "/instances/" + r.GetInstanceId()
	case interface{ GetSession() string }:
		return databaseOf(r.GetSession())
	case interface{ GetDatabase() string }:
		return r.GetDatabase()
	case interface{ GetName() string }:
		return r.GetName()
	case interface{ GetParent() string }:
		return r.GetParent()
	}
	return ""
}

// databaseOf returns the database of a session.
func databaseOf(session string) string {
	database, _, _ := strings.Cut(session, "/sessions/")
	return database
}
