package dataflow

import "encoding/json"

// fields is a JSON object whose values keep the form in which they were sent.
type fields map[string]json.RawMessage

// set sets a value of the service.
func (f fields) set(name string, value any) { f[name] = marshal(value) }

// marshal encodes values of this package, which always succeeds.
func marshal(value any) json.RawMessage {
	text, err := json.Marshal(value)
	if err != nil {
		panic("dataflow: " + err.Error())
	}
	return text
}

// readFields returns the fields that a message has set.
func readFields(message any) fields {
	set := fields{}
	_ = json.Unmarshal(marshal(message), &set) // the text is an object or null
	if set == nil {
		set = fields{}
	}
	return set
}
