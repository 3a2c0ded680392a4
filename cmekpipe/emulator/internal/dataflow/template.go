package dataflow

import (
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"

	api "google.golang.org/api/dataflow/v1b3"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
)

// routeTemplates adds the methods that create jobs from templates.
func (s *Server) routeTemplates(r *router) {
	for _, parent := range []string{"/v1b3/projects/{project}", "/v1b3/projects/{project}/locations/{location}"} {
		r.handle("POST "+parent+"/templates", "dataflow.templates.create", s.createFromTemplate)
		r.handle("POST "+parent+"/templates:launch", "dataflow.templates.launch", s.launchTemplate)
		r.handle("GET "+parent+"/templates:get", "dataflow.templates.get", s.getTemplate)
	}
	r.handle("POST /v1b3/projects/{project}/locations/{location}/flexTemplates:launch", "dataflow.flexTemplates.launch", s.launchFlex)
}

// launch is the launch of a classic template.
type launch struct {
	api.LaunchTemplateParameters

	path string // path of the template
}

// createFromTemplate serves the older method that launches a classic template. It can't update a job.
func (s *Server) createFromTemplate(c *call) (any, error) {
	var request api.CreateJobFromTemplateRequest
	if err := c.read("", &request); err != nil {
		return nil, err
	}
	if request.Location != "" && request.Location != c.region {
		return nil, core.BadRequest("got location " + request.Location + " in the request, want " + c.region + ", where the call acts")
	}
	sub, err := s.fromTemplate(c, launch{path: request.GcsPath, LaunchTemplateParameters: api.LaunchTemplateParameters{
		JobName: request.JobName, Environment: request.Environment, Parameters: request.Parameters,
	}})
	if err != nil {
		return nil, err
	}
	j, err := s.admit(c, sub, "dataflow.templates.create")
	if err != nil {
		return nil, err
	}
	return j.in(summary), nil
}

func (s *Server) launchTemplate(c *call) (any, error) {
	l := launch{path: c.query.Get("gcsPath")}
	if err := c.read("launch_parameters", &l.LaunchTemplateParameters); err != nil {
		return nil, err
	}
	if c.query.Has("dynamicTemplate.gcsPath") {
		return nil, core.BadRequest("the loopback Dataflow has no dynamic templates")
	}
	validateOnly, err := c.truth("validateOnly")
	if err != nil {
		return nil, err
	}
	sub, err := s.fromTemplate(c, l)
	if err != nil || validateOnly {
		return struct{}{}, err
	}
	return s.launched(c, sub, "dataflow.templates.launch")
}

// launched answers the launch of a template.
func (s *Server) launched(c *call, sub submission, method string) (any, error) {
	j, err := s.admit(c, sub, method)
	if err != nil {
		return nil, err
	}
	return map[string]fields{"job": j.in(summary)}, nil
}

// fromTemplate creates and checks the job of a launch.
func (s *Server) fromTemplate(c *call, l launch) (submission, error) {
	var sub submission
	job, err := s.templateJob(c, l.path)
	if err != nil {
		return sub, err
	}
	if err := s.setParameters(c, job, l); err != nil {
		return sub, err
	}
	if err := s.applyRuntime(job, l.Environment); err != nil {
		return sub, err
	}
	return s.instance(c, job, l.JobName, l.Update, l.TransformNameMapping)
}

// instance returns the job of a template with a name of its own. For an update it replaces the running job of that
// name.
func (s *Server) instance(c *call, job *api.Job, name string, update bool, mapping map[string]string) (submission, error) {
	job.Name, job.ProjectId, job.Location = name, c.project, c.region
	job.Id, job.ClientRequestId, job.ReplaceJobId, job.TransformNameMapping = "", "", "", mapping
	if update {
		old := active(s.named(c.ctx, c.project, c.region, name, c.now), nil)
		if old == nil {
			return submission{}, core.NotFound("there is no active job named " + name + " to update")
		}
		job.ReplaceJobId = old.id
	}
	sub, err := parseSubmission(marshal(job))
	if err != nil {
		return sub, err
	}
	return sub, c.checkJob(sub)
}

// templateJob reads the job in a classic template.
func (s *Server) templateJob(c *call, path string) (*api.Job, error) {
	text, err := s.templateFile(c, path)
	if err != nil {
		return nil, err
	}
	var job api.Job
	if checkPayload(text, "job", job) != nil || json.Unmarshal(text, &job) != nil || job.Type == "" {
		return nil, core.BadRequest("Unable to parse template file '" + path + "'.")
	}
	if job.Environment == nil {
		job.Environment = &api.Environment{}
	}
	return &job, nil
}

// templateFile reads a file that a call names.
func (s *Server) templateFile(c *call, path string) ([]byte, error) {
	text, err := s.file(c.ctx, path)
	if _, malformed := errors.AsType[*core.APIError](err); malformed {
		return nil, err
	}
	if err != nil {
		return nil, core.NotFound("Unable to open template file: " + path + ".")
	}
	return text, nil
}

// setParameters passes the parameters of a launch to the job. It accepts parameters that the template's metadata
// describes, or that are options of its pipeline.
func (s *Server) setParameters(c *call, job *api.Job, l launch) error {
	metadata, err := s.templateMetadata(c, l.path)
	if err != nil {
		return err
	}
	set := readOptions(job.Environment.SdkPipelineOptions)
	if metadata != nil {
		if err := checkParameters(metadata, l.Parameters); err != nil {
			return err
		}
	} else if unknown := set.unknown(l.Parameters); len(unknown) > 0 {
		return core.BadRequest("The workflow could not be created. Causes: Found unexpected parameters: ['" +
			strings.Join(unknown, "', '") + "']")
	}
	if l.Environment != nil && len(l.Environment.AdditionalPipelineOptions) > 0 {
		set.Options["additionalPipelineOptions"] = marshal(l.Environment.AdditionalPipelineOptions)
	}
	for name, value := range l.Parameters {
		set.Options[name] = marshal(value)
	}
	job.Environment.SdkPipelineOptions = set.marshal()
	return nil
}

// pipelineOptions are the options in the environment of a job, with unknown ones in rest.
type pipelineOptions struct {
	Options fields
	rest    fields
}

func readOptions(text []byte) pipelineOptions {
	set := pipelineOptions{Options: fields{}, rest: fields{}}
	_ = json.Unmarshal(text, &set.rest) // malformed options count as none
	_ = json.Unmarshal(set.rest["options"], &set.Options)
	return set
}

func (p pipelineOptions) unknown(parameters map[string]string) []string {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(parameters)), func(name string) bool { return p.Options[name] != nil })
}

func (p pipelineOptions) marshal() []byte {
	if p.rest == nil {
		p.rest = fields{}
	}
	p.rest.set("options", p.Options)
	return marshal(p.rest)
}
