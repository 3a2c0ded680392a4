package dataflow

import (
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strings"

	api "google.golang.org/api/dataflow/v1b3"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
)

// templateMetadata reads the metadata of a classic template's parameters from the file next to it, if it exists.
func (s *Server) templateMetadata(c *call, path string) (*api.TemplateMetadata, error) {
	text, err := s.file(c.ctx, path+"_metadata")
	if err != nil {
		return nil, nil
	}
	var m api.TemplateMetadata
	if checkPayload(text, "metadata", m) != nil || json.Unmarshal(text, &m) != nil {
		return nil, core.BadRequest("Unable to parse template file '" + path + "_metadata'.")
	}
	return &m, nil
}

// getTemplate returns the metadata of a template. The status of a classic template reports missing metadata.
func (s *Server) getTemplate(c *call) (any, error) {
	if view := c.query.Get("view"); view != "" && view != "METADATA_ONLY" {
		return nil, core.BadRequest("Invalid value at 'view'")
	}
	path := c.query.Get("gcsPath")
	text, err := s.templateFile(c, path)
	if err != nil {
		return nil, err
	}
	answer := &api.GetTemplateResponse{Status: &api.Status{}}
	if spec, err := parseSpec(text); err == nil {
		answer.TemplateType, answer.Metadata = "FLEX", spec.Metadata
		answer.RuntimeMetadata = &api.RuntimeMetadata{SdkInfo: spec.SdkInfo}
		return answer, nil
	}
	if _, err := s.templateJob(c, path); err != nil {
		return nil, err
	}
	answer.TemplateType = "LEGACY"
	if answer.Metadata, err = s.templateMetadata(c, path); err != nil {
		return nil, err
	}
	if answer.Metadata == nil {
		answer.Status = &api.Status{Code: 5, Message: "Unable to open template file: " + path + "_metadata."}
	}
	return answer, nil
}

func parseSpec(text []byte) (*api.ContainerSpec, error) {
	var spec api.ContainerSpec
	if err := checkPayload(text, "container_spec", spec); err != nil {
		return nil, err
	}
	if err := json.Unmarshal(text, &spec); err != nil {
		return nil, wrongType(err)
	}
	return &spec, checkSpec(&spec)
}

func checkSpec(spec *api.ContainerSpec) error {
	if spec.Image == "" {
		return core.BadRequest("No container image is provided.")
	}
	if spec.SdkInfo == nil {
		return core.BadRequest("No SDK language information is provided.")
	}
	switch spec.SdkInfo.Language {
	case "JAVA", "PYTHON", "GO", "YAML":
		return nil
	}
	return core.BadRequest("No SDK language information is provided.")
}

// violation is an error of one parameter.
type violation struct {
	Parameter   string `json:"parameter"`
	Description string `json:"description"`
}

// checkParameters checks the parameters of a launch against the metadata of its template. Options of all pipelines need
// no metadata.
func checkParameters(m *api.TemplateMetadata, given map[string]string) error {
	var wrong []violation
	known := make(map[string]bool, len(m.Parameters))
	for _, p := range m.Parameters {
		known[p.Name] = true
		value, ok := given[p.Name]
		switch {
		case !ok && !p.IsOptional && p.DefaultValue == "":
			wrong = append(wrong, violation{p.Name, "Missing required parameter"})
		case ok:
			wrong = append(wrong, mismatches(p, value)...)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(given)) {
		if !known[name] && runtimeField(name) == "" && !pipelineOption(name) {
			wrong = append(wrong, violation{name, "Unrecognized parameter"})
		}
	}
	if len(wrong) == 0 {
		return nil
	}
	return invalidParameters(wrong)
}

// mismatches lists the expressions and choices that a value doesn't match. An expression that package regexp can't
// compile matches every value.
func mismatches(p *api.ParameterMetadata, value string) []violation {
	var wrong []violation
	for _, text := range p.Regexes {
		if form, err := regexp.Compile("^(?:" + text + ")$"); err == nil && !form.MatchString(value) {
			wrong = append(wrong, violation{p.Name, "Parameter didn't match regex '" + text + "'"})
		}
	}
	isChoice := func(o *api.ParameterMetadataEnumOption) bool { return o.Value == value }
	if len(p.EnumOptions) > 0 && !slices.ContainsFunc(p.EnumOptions, isChoice) {
		wrong = append(wrong, violation{p.Name, "Parameter is none of the enum options"})
	}
	return wrong
}

// invalidParameters is Google's refusal.
func invalidParameters(wrong []violation) error {
	lines := make([]string, len(wrong))
	for i, v := range wrong {
		lines[i] = v.Parameter + ": " + v.Description
	}
	e := core.BadRequest("The template parameters are invalid. Details: \n" + strings.Join(lines, "\n")).(*core.APIError)
	e.Details = []any{map[string]any{
		"@type": "type.googleapis.com/google.dataflow.v1beta3.InvalidTemplateParameters", "parameterViolations": wrong,
	}}
	return e
}
