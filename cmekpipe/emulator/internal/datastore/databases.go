package datastore

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/location"
)

// resource has the fields of a database in the API that this package supports.
type resource struct {
	Name       string      `json:"name,omitempty"`
	CreateTime string      `json:"createTime,omitempty"`
	LocationID string      `json:"locationId,omitempty"`
	Type       string      `json:"type,omitempty"`
	CmekConfig *cmekConfig `json:"cmekConfig,omitempty"`
}

type cmekConfig struct {
	KmsKeyName       string   `json:"kmsKeyName,omitempty"`
	ActiveKeyVersion []string `json:"activeKeyVersion,omitempty"`
}

// The rules for ids. Source: the method databases.create.
var (
	idForm   = regexp.MustCompile(`/databases/(\(default\)|[a-z][-a-z0-9]{2,61}[a-z0-9])$`)
	uuidForm = regexp.MustCompile(`/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)
)

// create creates a database with the requested key. If the key can't be used, it creates nothing.
func (a *Admin) create(c *adminCall) (any, error) {
	var asked resource
	body := json.NewDecoder(bytes.NewReader(c.body))
	body.DisallowUnknownFields()
	if err := body.Decode(&asked); err != nil {
		return nil, core.BadRequest("got a body that is no database, or has fields that the loopback Firestore doesn't support")
	}
	switch {
	case !idForm.MatchString(c.name) || uuidForm.MatchString(c.name):
		return nil, core.BadRequest("Invalid database id: want (default), or 4 to 63 lower-case letters, digits and hyphens")
	case asked.Type != datastoreMode && asked.Type != nativeMode:
		return nil, core.BadRequest("Database type is required: " + datastoreMode + " or " + nativeMode)
	case asked.LocationID == "":
		return nil, core.BadRequest("Database location is required")
	case a.databases[c.name] != nil:
		return nil, core.AlreadyExists("Database already exists. Please use another database_id")
	}
	d := &database{name: c.name, project: c.project, kind: asked.Type, location: asked.LocationID, created: a.env.Now(),
		entities: map[string]*stored{}, sorted: map[string][]string{}, transactions: map[string]*transaction{}}
	if err := a.requestedKey(c.request.Context(), d, asked.CmekConfig); err != nil {
		return nil, err
	}
	created := core.Creation{Project: d.project, Service: "firestore.googleapis.com", Location: d.location, Keys: []cmekpipe.KeyName{d.key}}
	if err := a.env.CheckCreation(created); err != nil {
		return nil, core.FailedPrecondition(err.Error())
	}
	a.databases[d.name] = d
	entry := core.Entry{Time: d.created, Service: "firestore", Method: c.method, Kind: "database", Name: d.name,
		Project: d.project, KeyAsked: d.key.Valid()}
	if d.key.Valid() {
		entry.Key = d.active[0]
	}
	a.env.Ledger.Record(entry)
	return a.file(d), nil
}

// requestedKey reads the key of a new database and checks that it can be used.
func (s *store) requestedKey(ctx context.Context, d *database, asked *cmekConfig) error {
	if asked == nil {
		return nil
	}
	key, err := cmekpipe.ParseKeyName(asked.KmsKeyName)
	if err != nil || asked.ActiveKeyVersion != nil {
		return core.BadRequest("Invalid cmekConfig: got kmsKeyName " + asked.KmsKeyName + ", want the name of a key and nothing else")
	}
	if location.ForFirestore(key.Location(), d.location).Fit == location.Refused {
		return core.BadRequest("Invalid cmekConfig: key " + key.String() + " is not in the location that " + d.location + " accepts keys from")
	}
	version, err := s.env.Keys.Wrap(context.WithoutCancel(ctx), core.FirestoreAgent(d.project), key)
	if err != nil {
		return core.FailedPrecondition(inaccessibleText)
	}
	d.key, d.active = key, []cmekpipe.KeyVersionName{version}
	return nil
}

func (d *database) resource() resource {
	r := resource{Name: d.name, CreateTime: d.created.UTC().Format(time.RFC3339Nano), LocationID: d.location, Type: d.kind}
	if d.key.Valid() {
		r.CmekConfig = &cmekConfig{KmsKeyName: d.key.String()}
		for _, version := range d.active {
			r.CmekConfig.ActiveKeyVersion = append(r.CmekConfig.ActiveKeyVersion, version.String())
		}
	}
	return r
}

// get returns a database with its key and the versions in use. It needs no key.
func (a *Admin) get(c *adminCall) (any, error) {
	d, err := a.find(c)
	if err != nil {
		return nil, err
	}
	return d.resource(), nil
}

func (a *Admin) find(c *adminCall) (*database, error) {
	if d := a.databases[c.name]; d != nil {
		return d, nil
	}
	return nil, core.NotFound("Database '" + c.name + "' does not exist")
}

// list returns all databases of a project. The API has no pages.
func (a *Admin) list(c *adminCall) (any, error) {
	all := []resource{}
	for _, name := range slices.Sorted(maps.Keys(a.databases)) {
		if d := a.databases[name]; d.project == c.project {
			all = append(all, d.resource())
		}
	}
	return map[string]any{"databases": all}, nil
}

// remove deletes a database with all of its entities.
func (a *Admin) remove(c *adminCall) (any, error) {
	d, err := a.find(c)
	if err != nil {
		return nil, err
	}
	for _, e := range d.entities {
		a.env.Ledger.Delete("entity", d.resourceName(e.entity.GetKey()), 0, a.env.Now())
	}
	a.env.Ledger.Delete("database", d.name, 0, a.env.Now())
	delete(a.databases, d.name)
	return a.file(d), nil
}

// operation is a long-running method. Its work is done before the first answer.
type operation struct {
	Name     string            `json:"name"`
	Metadata map[string]string `json:"metadata"`
	Done     bool              `json:"done,omitempty"`
	Response any               `json:"response,omitempty"`
}

// file records finished work as an operation and answers that it is running.
func (s *store) file(d *database) operation {
	s.serial++
	o := &operation{Name: d.name + "/operations/op" + strconv.FormatInt(s.serial, 10),
		Metadata: map[string]string{"@type": "type.googleapis.com/google.firestore.admin.v1.CreateDatabaseMetadata"}}
	s.operations[o.Name] = o
	begun := *o
	o.Done, o.Response = true, d.resource()
	return begun
}

// operation returns an operation as done.
func (a *Admin) operation(c *adminCall) (any, error) {
	if o := a.operations[strings.TrimSuffix(c.name, "/")+"/operations/"+c.operationID]; o != nil {
		return o, nil
	}
	return nil, core.NotFound("Operation " + c.operationID + " does not exist")
}
