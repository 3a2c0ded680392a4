package dataflow

import (
	"encoding/json"

	api "google.golang.org/api/dataflow/v1b3"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
)

// launchFlex creates the job of a Flex Template. No container runs: the job has the options that the launcher would
// set, and no pipeline.
func (s *Server) launchFlex(c *call) (any, error) {
	var request api.LaunchFlexTemplateRequest
	if err := c.read("", &request); err != nil {
		return nil, err
	}
	l := request.LaunchParameter
	if l == nil {
		return nil, core.BadRequest("want launchParameter")
	}
	spec, err := s.flexSpec(c, l)
	if err != nil {
		return nil, err
	}
	e := merged(spec.DefaultEnvironment, l.Environment)
	if err := checkFlex(spec, l, e); err != nil {
		return nil, err
	}
	set := options(l.Parameters, e.AdditionalPipelineOptions)
	sub, err := s.instance(c, flexJob(spec, l, e, set), l.JobName, l.Update, l.TransformNameMappings)
	if err != nil || request.ValidateOnly {
		return struct{}{}, err
	}
	sub.flex = &launcher{temp: folderOf(e.TempLocation, set["tempLocation"]), staging: folderOf(e.StagingLocation, set["stagingLocation"])}
	return s.launched(c, sub, "dataflow.flexTemplates.launch")
}

// folderOf returns the folder that an option names, else that of the environment.
func folderOf(environment, option string) string {
	if option != "" {
		return option
	}
	return environment
}

// flexSpec returns the template's specification from the request or from a file.
func (s *Server) flexSpec(c *call, l *api.LaunchFlexTemplateParameter) (*api.ContainerSpec, error) {
	if (l.ContainerSpec == nil) == (l.ContainerSpecGcsPath == "") {
		return nil, core.BadRequest("want either containerSpec or containerSpecGcsPath: one of them, not both")
	}
	if l.ContainerSpec != nil {
		return l.ContainerSpec, checkSpec(l.ContainerSpec)
	}
	text, err := s.templateFile(c, l.ContainerSpecGcsPath)
	if err != nil {
		return nil, err
	}
	spec, err := parseSpec(text)
	if err != nil {
		return nil, core.BadRequest("Invalid template file " + l.ContainerSpecGcsPath + ". " + err.Error())
	}
	return spec, nil
}

func checkFlex(spec *api.ContainerSpec, l *api.LaunchFlexTemplateParameter, e *api.FlexTemplateRuntimeEnvironment) error {
	if spec.Metadata != nil {
		if err := checkParameters(spec.Metadata, l.Parameters); err != nil {
			return err
		}
	}
	if err := checkOnce(l.Parameters, l.Environment); err != nil {
		return err
	}
	return checkFolders(e.TempLocation, e.StagingLocation, e.SaveHeapDumpsToGcsPath)
}

// merged returns the default environment of a template with the changes of a launch.
func merged(base, given *api.FlexTemplateRuntimeEnvironment) *api.FlexTemplateRuntimeEnvironment {
	var e api.FlexTemplateRuntimeEnvironment
	all := readFields(base)
	for name, value := range readFields(given) {
		all[name] = value
	}
	_ = json.Unmarshal(marshal(all), &e) // both have the type of e
	return &e
}
