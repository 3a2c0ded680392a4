package resourcemanager

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"google.golang.org/api/cloudresourcemanager/v3"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/access"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/hierarchy"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/refuse"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/restapi"
)

// authorized returns the resource of a call on which the caller has the permission for an action.
func (s *Server) authorized(c *restapi.Call, kind, action string) (hierarchy.Node, error) {
	name := kind + "/" + c.Arg(0)
	n, ok := s.access.Tree().Node(name)
	permission := "resourcemanager." + kind + "." + action
	if !ok || !s.access.Holds(c.Principal, permission, n.Name) {
		return n, access.Denied(permission, "//cloudresourcemanager.googleapis.com/"+name)
	}
	return n, nil
}

func (s *Server) getProject(c *restapi.Call) (any, error) {
	n, err := s.authorized(c, "projects", "get")
	if err != nil {
		return nil, err
	}
	return project(n), nil
}

func (s *Server) getFolder(c *restapi.Call) (any, error) {
	n, err := s.authorized(c, "folders", "get")
	if err != nil {
		return nil, err
	}
	return folder(n), nil
}

func (s *Server) getOrganization(c *restapi.Call) (any, error) {
	n, err := s.authorized(c, "organizations", "get")
	if err != nil {
		return nil, err
	}
	return organization(n), nil
}

func project(n hierarchy.Node) *cloudresourcemanager.Project {
	return &cloudresourcemanager.Project{Name: "projects/" + n.Number, ProjectId: strings.TrimPrefix(n.Name, "projects/"), Parent: n.Parent,
		DisplayName: n.DisplayName, State: n.State, CreateTime: timestamp(n.Created), UpdateTime: timestamp(n.Created), Etag: etag(n)}
}

func folder(n hierarchy.Node) *cloudresourcemanager.Folder {
	return &cloudresourcemanager.Folder{Name: n.Name, Parent: n.Parent, DisplayName: n.DisplayName, State: n.State,
		CreateTime: timestamp(n.Created), UpdateTime: timestamp(n.Created), Etag: etag(n)}
}

func organization(n hierarchy.Node) *cloudresourcemanager.Organization {
	return &cloudresourcemanager.Organization{Name: n.Name, DisplayName: n.DisplayName, State: n.State,
		CreateTime: timestamp(n.Created), UpdateTime: timestamp(n.Created), Etag: etag(n)}
}

func timestamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}

func etag(n hierarchy.Node) string { return `W/"` + n.Number + n.State + `"` }

// listProjects lists the projects directly below a parent.
func (s *Server) listProjects(c *restapi.Call) (any, error) {
	found, next, err := s.list(c, "projects")
	if err != nil {
		return nil, err
	}
	answer := &cloudresourcemanager.ListProjectsResponse{NextPageToken: next}
	for _, n := range found {
		answer.Projects = append(answer.Projects, project(n))
	}
	return answer, nil
}

func (s *Server) listFolders(c *restapi.Call) (any, error) {
	found, next, err := s.list(c, "folders")
	if err != nil {
		return nil, err
	}
	answer := &cloudresourcemanager.ListFoldersResponse{NextPageToken: next}
	for _, n := range found {
		answer.Folders = append(answer.Folders, folder(n))
	}
	return answer, nil
}

// maxPage is the largest page of a list.
const maxPage = 300

func (s *Server) list(c *restapi.Call, kind string) (found []hierarchy.Node, next string, err error) {
	parent := c.Query.Get("parent")
	if _, ok := s.access.Tree().Node(parent); !ok || strings.HasPrefix(parent, "projects/") {
		return nil, "", refuse.InvalidArgument("got parent %q, want an existing folders/NUMBER or organizations/NUMBER", parent)
	}
	if err := s.access.Authorize(c.Principal, "resourcemanager."+kind+".list", parent); err != nil {
		return nil, "", err
	}
	deleted := c.Query.Get("showDeleted") == "true"
	for _, n := range s.access.Tree().Nodes(kind) {
		if n.Parent == parent && (deleted || n.State == hierarchy.Active) {
			found = append(found, n)
		}
	}
	return restapi.Page(c, found, maxPage)
}

// searchProjects finds projects that the caller may get.
func (s *Server) searchProjects(c *restapi.Call) (any, error) {
	found, next, err := s.search(c, "projects")
	if err != nil {
		return nil, err
	}
	answer := &cloudresourcemanager.SearchProjectsResponse{NextPageToken: next}
	for _, n := range found {
		answer.Projects = append(answer.Projects, project(n))
	}
	return answer, nil
}

func (s *Server) searchFolders(c *restapi.Call) (any, error) {
	found, next, err := s.search(c, "folders")
	if err != nil {
		return nil, err
	}
	answer := &cloudresourcemanager.SearchFoldersResponse{NextPageToken: next}
	for _, n := range found {
		answer.Folders = append(answer.Folders, folder(n))
	}
	return answer, nil
}

func (s *Server) searchOrganizations(c *restapi.Call) (any, error) {
	found, next, err := s.search(c, "organizations")
	if err != nil {
		return nil, err
	}
	answer := &cloudresourcemanager.SearchOrganizationsResponse{NextPageToken: next}
	for _, n := range found {
		answer.Organizations = append(answer.Organizations, organization(n))
	}
	return answer, nil
}

// term is a part of a query: id:bank-prod, parent=folders/123.
var term = regexp.MustCompile(`^(id|projectId|parent|state|domain|displayName|name)[:=]([^ ]+)$`)

func (s *Server) search(c *restapi.Call, kind string) (found []hierarchy.Node, next string, err error) {
	terms := strings.Fields(strings.ReplaceAll(c.Query.Get("query"), " AND ", " "))
	for _, t := range terms {
		if !term.MatchString(t) || strings.Contains(t, "*") {
			return nil, "", refuse.Unimplemented("Resource Manager", "term %q in queries", t)
		}
	}
	for _, n := range s.access.Tree().Nodes(kind) {
		matches := !slices.ContainsFunc(terms, func(t string) bool { return !fits(n, t) })
		if matches && s.access.Holds(c.Principal, "resourcemanager."+kind+".get", n.Name) {
			found = append(found, n)
		}
	}
	return restapi.Page(c, found, maxPage)
}

// fits reports whether a resource matches a term of a query.
func fits(n hierarchy.Node, t string) bool {
	parts := term.FindStringSubmatch(t)
	value := strings.Trim(parts[2], `"`)
	switch parts[1] {
	case "id", "projectId":
		return strings.TrimPrefix(n.Name, "projects/") == value
	case "name":
		return n.Name == value || "projects/"+n.Number == value
	case "parent":
		return n.Parent == value
	case "state":
		return n.State == strings.ToUpper(value)
	}
	return strings.EqualFold(n.DisplayName, value)
}
