package template

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	api "google.golang.org/api/dataflow/v1b3"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/dataflow/session"
)

// Parameter is a parameter that a template asks for.
type Parameter struct {
	// Name is the pipeline option's. Required.
	Name string
	// Label and Help are what people are shown. Default: the name.
	Label, Help string
	// Type picks how the value is asked for and which form it must have. Default: Text.
	Type ParameterType
	// Optional says that a launch may leave the parameter out.
	Optional bool
	// Default is the value that people are shown first.
	Default string
	// Regexes are expressions that a value must match whole, in addition to those of the type.
	Regexes []string
	// Choices are the values to choose from, of a parameter of type Enum.
	Choices []string
}

// ParameterType is how Dataflow's page asks for a parameter's value. Source: field paramType of the API's
// ParameterMetadata.
type ParameterType string

// The types. A value of KMSKey must have the form of a key's full name, one of a folder that of a gs:// URL.
const (
	Text               ParameterType = "TEXT"
	Boolean            ParameterType = "BOOLEAN"
	Number             ParameterType = "NUMBER"
	Enum               ParameterType = "ENUM"
	KMSKey             ParameterType = "KMS_KEY_NAME"
	ReadFile           ParameterType = "GCS_READ_FILE"
	WriteFile          ParameterType = "GCS_WRITE_FILE"
	ReadFolder         ParameterType = "GCS_READ_FOLDER"
	WriteFolder        ParameterType = "GCS_WRITE_FOLDER"
	PubSubTopic        ParameterType = "PUBSUB_TOPIC"
	PubSubSubscription ParameterType = "PUBSUB_SUBSCRIPTION"
	BigQueryTable      ParameterType = "BIGQUERY_TABLE"
	WorkerRegion       ParameterType = "WORKER_REGION"
)

func parameterTypes() []ParameterType {
	return []ParameterType{Text, Boolean, Number, Enum, KMSKey, ReadFile, WriteFile, ReadFolder, WriteFolder, PubSubTopic,
		PubSubSubscription, BigQueryTable, WorkerRegion}
}

// ofOptions are the parameters for the job options, with the names of Beam's flags for Go.
func ofOptions() []Parameter {
	return []Parameter{
		{Name: "dataflow_kms_key", Label: "Cloud KMS key", Type: KMSKey, Optional: true,
			Help: "Full name of the key that protects the job: the key of this template."},
		{Name: "temp_location", Label: "Temporary folder", Type: WriteFolder, Optional: true,
			Help: "gs:// URL for temporary files, in a bucket whose default key is the job's."},
		{Name: "staging_location", Label: "Staging folder", Type: WriteFolder, Optional: true,
			Help: "gs:// URL for staged files, in a bucket whose default key is the job's."},
		{Name: "region", Label: "Region", Type: WorkerRegion, Optional: true,
			Help: "Region of the job, which is where the key is."},
	}
}

// metadata is the parameter as the API has it.
func (p Parameter) metadata(opts *cmekpipe.Options) *api.ParameterMetadata {
	m := &api.ParameterMetadata{
		Name: p.Name, Label: cmp.Or(p.Label, p.Name), HelpText: cmp.Or(p.Help, p.Label, p.Name), ParamType: string(p.paramType()),
		IsOptional: p.Optional, DefaultValue: p.Default, Regexes: slices.Concat(p.forms(opts), p.Regexes),
	}
	for _, choice := range p.Choices {
		m.EnumOptions = append(m.EnumOptions, &api.ParameterMetadataEnumOption{Value: choice, Label: choice})
	}
	return m
}

func (p Parameter) paramType() ParameterType { return cmp.Or(p.Type, Text) }

// forms are the expressions that a value must match, every one of them.
func (p Parameter) forms(opts *cmekpipe.Options) []string {
	switch {
	case p.Name == "dataflow_kms_key":
		return []string{regexp.QuoteMeta(opts.Key().String())}
	case p.Type == WorkerRegion:
		return []string{regexp.QuoteMeta(opts.Region())}
	case p.Type == KMSKey:
		return []string{keyForm}
	case p.Type == ReadFolder || p.Type == WriteFolder:
		return folderForms()
	}
	return nil
}

// checkForm refuses expressions that can't be read, and a default that doesn't match.
func (p Parameter) checkForm() error {
	for _, text := range p.Regexes {
		form, err := regexp.Compile("^(?:" + text + ")$")
		if err != nil {
			return session.Refuse(specOp, cmekpipe.InvalidOptions, p.Name, "got an expression that can't be read: "+err.Error(), "fix the expression in Regexes")
		}
		if p.Default != "" && !form.MatchString(p.Default) {
			return session.Refuse(specOp, cmekpipe.InvalidOptions, p.Name, "got a default that does not match "+text, "change Default, or the expression in Regexes")
		}
	}
	if p.Default != "" && p.Type == Enum && !slices.Contains(p.Choices, p.Default) {
		return session.Refuse(specOp, cmekpipe.InvalidOptions, p.Name, "got a default that is none of the choices", "change Default, or add it to Choices")
	}
	return nil
}

// check refuses what Dataflow could not show or check, and defaults that contradict the key.
func (p Parameter) check(key cmekpipe.KeyName) error {
	bad := func(code cmekpipe.Code, reason, hint string) error {
		return session.Refuse(specOp, code, p.Name, reason, hint)
	}
	switch {
	case p.Name == "" || strings.ContainsFunc(p.Name, notInName):
		return bad(cmekpipe.InvalidName, "got a parameter whose name is none of an option", "use letters, digits and underscores")
	case !slices.Contains(parameterTypes(), p.paramType()):
		return bad(cmekpipe.InvalidOptions, "got a type that Dataflow doesn't know", "use one of package template")
	case (p.Type == Enum) != (len(p.Choices) > 0):
		return bad(cmekpipe.InvalidOptions, "got a type that doesn't go with the choices", "give a parameter of type Enum choices, and no other")
	}
	if err := cmekpipe.CheckOptions(key, map[string]string{p.Name: p.Default}); err != nil {
		return &cmekpipe.Error{Op: specOp, Code: cmekpipe.InvalidOptions, Resource: p.Name, Err: err,
			Hint: "leave out the default: the options set it"}
	}
	return p.checkForm()
}

func notInName(r rune) bool {
	return r != '_' && r != '-' && !('0' <= r && r <= '9') && !('a' <= r && r <= 'z') && !('A' <= r && r <= 'Z')
}
