package sarif

// The objects of SARIF 2.1.0 that a log consists of. A list that GitHub requires is written if it is empty, too.
type (
	document struct {
		Schema  string `json:"$schema"`
		Version string `json:"version"`
		Runs    []run  `json:"runs"`
	}
	run struct {
		Tool              tool           `json:"tool"`
		AutomationDetails *automation    `json:"automationDetails,omitempty"`
		Invocations       []invocation   `json:"invocations"`
		Results           []result       `json:"results"`
		Properties        map[string]any `json:"properties"`
	}
	tool struct {
		Driver driver `json:"driver"`
	}
	driver struct {
		Name           string       `json:"name"`
		InformationURI string       `json:"informationUri"`
		Rules          []descriptor `json:"rules"`
	}
	automation struct {
		ID string `json:"id"`
	}
	invocation struct {
		ExecutionSuccessful bool           `json:"executionSuccessful"`
		Notifications       []notification `json:"toolExecutionNotifications,omitempty"`
	}
	notification struct {
		Level   string  `json:"level"`
		Message message `json:"message"`
	}
	message struct {
		Text string `json:"text"`
	}
)

// descriptor is a rule.
type descriptor struct {
	ID      string  `json:"id"`
	Short   message `json:"shortDescription"`
	Full    message `json:"fullDescription"`
	Help    help    `json:"help"`
	HelpURI string  `json:"helpUri"`
	Default struct {
		Level string `json:"level"`
	} `json:"defaultConfiguration"`
	Properties map[string]any `json:"properties"`
}

type help struct {
	Text     string `json:"text"`
	Markdown string `json:"markdown"`
}

// The objects of a result.
type (
	result struct {
		RuleID       string            `json:"ruleId"`
		RuleIndex    int               `json:"ruleIndex"`
		Kind         string            `json:"kind"`
		Level        string            `json:"level"`
		Message      message           `json:"message"`
		Locations    []location        `json:"locations"`
		Fingerprints map[string]string `json:"partialFingerprints"`
		Properties   map[string]any    `json:"properties"`
	}
	location struct {
		Physical physical  `json:"physicalLocation"`
		Logical  []logical `json:"logicalLocations"`
	}
	physical struct {
		Artifact artifact `json:"artifactLocation"`
		Region   region   `json:"region"`
	}
	artifact struct {
		URI       string `json:"uri"`
		URIBaseID string `json:"uriBaseId"`
	}
	region struct {
		StartLine int `json:"startLine"`
	}
	logical struct {
		Name string `json:"fullyQualifiedName,omitempty"`
		Kind string `json:"kind"`
	}
)
