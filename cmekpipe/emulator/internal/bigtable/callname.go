package bigtable

import (
	"path"
	"strings"
)

// nameCall names a call for the faults by its REST method, such as "bigtable.tables.mutateRows" or
// "bigtableadmin.clusters.list", and its table, cluster or instance.
func nameCall(fullMethod string, request any) (method, resource string) {
	service, name := path.Split(fullMethod)
	if strings.Contains(service, ".admin.") {
		return "bigtableadmin." + adminName(name), requestResource(request)
	}
	return "bigtable.tables." + strings.ToLower(name[:1]) + name[1:], requestResource(request)
}

// methods lists the calls that the server serves.
func methods() []string {
	return []string{
		"bigtableadmin.instances.create", "bigtableadmin.instances.get", "bigtableadmin.instances.list",
		"bigtableadmin.instances.delete", "bigtableadmin.clusters.create", "bigtableadmin.clusters.get",
		"bigtableadmin.clusters.list", "bigtableadmin.clusters.delete", "bigtableadmin.tables.create",
		"bigtableadmin.tables.get", "bigtableadmin.tables.list", "bigtableadmin.tables.delete",
		"bigtableadmin.tables.modifyColumnFamilies", "bigtable.tables.mutateRow", "bigtable.tables.mutateRows",
		"bigtable.tables.readRows", "bigtable.tables.sampleRowKeys", "bigtable.tables.pingAndWarm",
	}
}

func adminName(method string) string {
	for _, kind := range []struct{ singular, plural string }{
		{"Instance", "instances"}, {"Cluster", "clusters"}, {"Table", "tables"},
	} {
		for _, verb := range []string{"Create", "Get", "List", "Delete"} {
			if method == verb+kind.singular || method == verb+kind.singular+"s" {
				return kind.plural + "." + strings.ToLower(verb)
			}
		}
	}
	return "tables." + strings.ToLower(method[:1]) + method[1:]
}

// requestResource returns the name of a request's resource. For a creation it is the resource to be created.
func requestResource(request any) string {
	parent := ""
	if r, ok := request.(interface{ GetParent() string }); ok {
		parent = r.GetParent()
	}
	switch r := request.(type) {
	case interface{ GetInstanceId() string }:
		return parent + "/instances/" + r.GetInstanceId()
	case interface{ GetClusterId() string }:
		return parent + "/clusters/" + r.GetClusterId()
	case interface{ GetTableId() string }:
		return parent + "/tables/" + r.GetTableId()
	case interface{ GetTableName() string }:
		return r.GetTableName()
	case interface{ GetName() string }:
		return r.GetName()
	}
	return parent
}
