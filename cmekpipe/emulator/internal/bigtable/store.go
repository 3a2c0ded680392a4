package bigtable

import (
	"context"
	"strings"
	"sync"

	"cloud.google.com/go/bigtable/admin/apiv2/adminpb"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/refuse"
)

// store is the state that the fake doesn't have: instances, clusters, their keys, and the families of tables.
type store struct {
	env *core.Env

	mu        sync.Mutex
	instances map[string]*instance // by full name, as are the tables
	tables    map[string]*table
}

type instance struct {
	proto    *adminpb.Instance
	clusters []*cluster
}

type cluster struct {
	proto   *adminpb.Cluster
	version cmekpipe.KeyVersionName // zero without a key
}

type table struct {
	families map[string]bool
}

// instanceOf returns the instance that a name belongs to; the caller holds the lock.
func (s *store) instanceOf(name string) (*instance, error) {
	parts := strings.SplitN(name, "/", 5)
	if len(parts) < 4 {
		return nil, refuse.InvalidArgument("Invalid name: %q", name)
	}
	name = strings.Join(parts[:4], "/")
	if i := s.instances[name]; i != nil {
		return i, nil
	}
	return nil, refuse.NotFound("Instance not found: %s", name)
}

// projectOf returns the project of a full name.
func projectOf(name string) string { return strings.Split(name, "/")[1] }

// usable fails unless the service agent may use the key of every cluster of the instance. The caller holds the lock.
func (s *store) usable(ctx context.Context, name string) (*instance, error) {
	i, err := s.instanceOf(name)
	if err != nil {
		return nil, err
	}
	for _, c := range i.clusters {
		if !s.mayUse(ctx, c) {
			return nil, inaccessible()
		}
	}
	return i, nil
}

func (s *store) mayUse(ctx context.Context, c *cluster) bool {
	return !c.version.Valid() ||
		s.env.Keys.Unwrap(ctx, core.BigtableAgent(projectOf(c.proto.GetName())), c.version) == nil
}

// record records data in the ledger for each cluster of an instance.
func (s *store) record(i *instance, e core.Entry) {
	e.Time, e.Service, e.Project = s.env.Now(), "bigtable", projectOf(e.Name)
	for _, c := range i.clusters {
		e.Key = c.version
		s.env.Ledger.Record(e)
	}
}
