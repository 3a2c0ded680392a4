package compute

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/access"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/refuse"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/restapi"
)

// BasePath is where the API lies below HOST:PORT.
const BasePath = "/compute/v1/"

// Server is the loopback Compute Engine. Use [New].
type Server struct {
	*core.HTTPServer

	access *access.Store

	mu        sync.Mutex
	resources map[string]resource // by name: "projects/P/zones/Z/instances/I"
}

// resource is what a client reads, with the fields that the server needs.
type resource struct {
	text    json.RawMessage
	Family  string `json:"family"`
	Created string `json:"creationTimestamp"`

	Deprecated struct {
		State string `json:"state"`
	} `json:"deprecated"`
}

var _ core.Server = (*Server)(nil)

// New returns a server without resources.
func New(env *core.Env, policies *access.Store) *Server {
	s := &Server{access: policies, resources: map[string]resource{}}
	var methods []restapi.Method
	images := BasePath + "projects/*/global/images"
	methods = append(methods, restapi.Method{Name: "compute.images.getFromFamily", Verb: "GET", Path: images + "/family/*", Serve: s.getFromFamily})
	for kind, path := range map[string]string{
		"subnetworks": BasePath + "projects/*/regions/*/subnetworks", "images": images,
		"instances": BasePath + "projects/*/zones/*/instances", "disks": BasePath + "projects/*/zones/*/disks",
	} {
		methods = append(methods,
			restapi.Method{Name: "compute." + kind + ".list", Verb: "GET", Path: path, Query: []string{"maxResults", "pageToken"}, Serve: s.list(kind, path)},
			restapi.Method{Name: "compute." + kind + ".get", Verb: "GET", Path: path + "/*", Serve: s.get(kind, path+"/*")})
	}
	s.HTTPServer = restapi.New(env, "Compute Engine", methods)
	return s
}

var nameForm = regexp.MustCompile(`^projects/[^/]+/(regions/[^/]+/subnetworks|global/images|zones/[^/]+/(instances|disks))/[a-z]([-a-z0-9]{0,61}[a-z0-9])?$`)

// Put stores a resource, which is encoded as JSON, under a name such as "projects/P/zones/Z/instances/I". It sets the
// resource's name and link.
func (s *Server) Put(name string, value any) error {
	if !nameForm.MatchString(name) {
		return fmt.Errorf("got name %q, want the full name of a subnetwork, image, instance or disk", name)
	}
	fields := map[string]any{}
	text, err := json.Marshal(value)
	if err == nil {
		err = json.Unmarshal(text, &fields)
	}
	if err != nil {
		return err
	}
	fields["name"], fields["selfLink"] = name[strings.LastIndexByte(name, '/')+1:], "https://www.googleapis.com"+BasePath+name
	if text, err = json.Marshal(fields); err != nil {
		return err
	}
	r := resource{text: text}
	if err := json.Unmarshal(text, &r); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.resources[name] = r
	return nil
}

// fill returns a path with its "*" replaced by the parts of a call, without the base path.
func fill(path string, c *restapi.Call) string {
	parts := strings.Split(strings.TrimPrefix(path, BasePath), "/")
	n := 0
	for i, p := range parts {
		if p == "*" {
			parts[i] = c.Arg(n)
			n++
		}
	}
	return strings.Join(parts, "/")
}

func (s *Server) authorize(c *restapi.Call, permission string) error {
	project := "projects/" + c.Arg(0)
	if _, ok := s.access.Tree().Node(project); !ok || !s.access.Holds(c.Principal, permission, project) {
		return refuse.PermissionDenied("Required '%s' permission for '%s'", permission, project)
	}
	return nil
}

func (s *Server) get(kind, path string) func(*restapi.Call) (any, error) {
	return func(c *restapi.Call) (any, error) {
		if err := s.authorize(c, "compute."+kind+".get"); err != nil {
			return nil, err
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		name := fill(path, c)
		r, ok := s.resources[name]
		if !ok {
			return nil, refuse.NotFound("The resource '%s' was not found", name)
		}
		return r.text, nil
	}
}

// below returns the resources directly below a name, sorted. Its caller has locked s.mu.
func (s *Server) below(parent string) (found []resource) {
	for _, name := range slices.Sorted(maps.Keys(s.resources)) {
		if id, ok := strings.CutPrefix(name, parent+"/"); ok && !strings.Contains(id, "/") {
			found = append(found, s.resources[name])
		}
	}
	return found
}

func (s *Server) list(kind, path string) func(*restapi.Call) (any, error) {
	return func(c *restapi.Call) (any, error) {
		if err := s.authorize(c, "compute."+kind+".list"); err != nil {
			return nil, err
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		items := []json.RawMessage{}
		for _, r := range s.below(fill(path, c)) {
			items = append(items, r.text)
		}
		c.Query.Set("pageSize", c.Query.Get("maxResults"))
		part, next, err := restapi.Page(c, items, 500)
		return map[string]any{"kind": "compute#" + strings.TrimSuffix(kind, "s") + "List", "items": part, "nextPageToken": next}, err
	}
}

// getFromFamily returns the newest image of a family that is not deprecated.
func (s *Server) getFromFamily(c *restapi.Call) (any, error) {
	if err := s.authorize(c, "compute.images.getFromFamily"); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var newest resource
	for _, r := range s.below("projects/" + c.Arg(0) + "/global/images") {
		active := r.Deprecated.State == "" || r.Deprecated.State == "ACTIVE"
		if r.Family == c.Arg(1) && active && r.Created >= newest.Created {
			newest = r
		}
	}
	if newest.text == nil {
		return nil, refuse.NotFound("The resource 'projects/%s/global/images/family/%s' was not found", c.Arg(0), c.Arg(1))
	}
	return newest.text, nil
}
