package serviceusage

import (
	"fmt"
	"strings"
	"sync"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/protoadapt"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/hierarchy"
)

// State records which services are off in which projects, and the quotas that differ from the defaults. All services are
// on in all projects until [State.Set] switches them off. It is safe for concurrent use.
type State struct {
	tree    *hierarchy.Tree
	buckets func(bucket string) (project string)

	mu     sync.Mutex
	off    map[usage]bool
	quotas map[quota]int64
}

// usage is a service in a project, which is named by its id.
type usage struct{ project, service string }

// quota is a limit for a metric in a region of a project; the region is "" for the whole project.
type quota struct{ project, metric, region string }

var _ core.Services = (*State)(nil)

// NewState returns a state with all services on. Buckets returns the project of a bucket, "" if there is none.
func NewState(tree *hierarchy.Tree, buckets func(bucket string) (project string)) *State {
	return &State{tree: tree, buckets: buckets, off: map[usage]bool{}, quotas: map[quota]int64{}}
}

// Set switches a service on or off in a project.
func (s *State) Set(project, service string, on bool) error {
	if titles()[service] == "" {
		return fmt.Errorf("got service %q, want one such as cloudkms.googleapis.com", service)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.off[usage{s.id(project), service}] = !on
	return nil
}

// id returns the id of a project that is named by id or number.
func (s *State) id(project string) string {
	return strings.TrimPrefix(s.tree.Canonical("projects/"+project), "projects/")
}

// on reports whether a service is on in a project.
func (s *State) on(service, project string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return !s.off[usage{s.id(project), service}]
}

// Check returns Google's error for calls to a service that is off in a project.
func (s *State) Check(service, project string) error {
	if project == "" || s.on(service, project) {
		return nil
	}
	number := core.ProjectNumber(s.id(project))
	url := "https://console.developers.google.com/apis/api/" + service + "/overview?project=" + number
	text := titles()[service] + " has not been used in project " + number + " before or it is disabled. Enable it by visiting " + url +
		" then retry. If you enabled this API recently, wait a few minutes for the action to propagate to our systems and retry."
	refused := status.New(codes.PermissionDenied, text)
	info := &errdetails.ErrorInfo{Reason: "SERVICE_DISABLED", Domain: "googleapis.com", Metadata: map[string]string{
		"service": service, "serviceTitle": titles()[service], "consumer": "projects/" + number, "containerInfo": number, "activationUrl": url,
	}}
	help := &errdetails.Help{Links: []*errdetails.Help_Link{{Description: "Google developers console API activation", Url: url}}}
	if detailed, err := refused.WithDetails(protoadapt.MessageV1Of(info), protoadapt.MessageV1Of(help)); err == nil {
		refused = detailed
	}
	return refused.Err()
}

// Admit refuses a call if its service is off in the project that owns the call's resource, or in the project that the caller
// names in the header X-Goog-User-Project. The services that administer others need to be on in the caller's project only.
func (s *State) Admit(call core.Call) error {
	prefix, _, _ := strings.Cut(call.Method, ".")
	service := serviceOf(prefix)
	if err := s.Check(service, call.Header("X-Goog-User-Project")); err != nil {
		return err
	}
	switch prefix {
	case "cloudresourcemanager", "iam", "orgpolicy", "policytroubleshooter", "serviceusage":
		return nil
	}
	return s.Check(service, s.owner(prefix, call))
}

// owner returns the project of a call's resource, "" if it is not known.
func (s *State) owner(prefix string, call core.Call) string {
	if name, ok := strings.CutPrefix(call.Resource, "projects/"); ok {
		project, _, _ := strings.Cut(name, "/")
		return project
	}
	if bucket, ok := strings.CutPrefix(call.Resource, "gs://"); ok {
		if project := call.Parameter("project"); project != "" {
			return project
		}
		bucket, _, _ = strings.Cut(bucket, "/")
		return s.buckets(bucket)
	}
	if prefix == "bigquery" || prefix == "bigquerystorage" {
		return call.Resource[:len(call.Resource)-len(strings.TrimLeft(call.Resource, idLetters))]
	}
	return ""
}

// idLetters are the letters of a project's id.
const idLetters = "abcdefghijklmnopqrstuvwxyz0123456789-"
