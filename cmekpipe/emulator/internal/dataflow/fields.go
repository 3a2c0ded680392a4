package dataflow

import "encoding/json"

// fields are a JSON object whose values stay as they were sent.
type fields map[string]json.RawMessage

// set puts a value of the service's own.
func (f fields) set(name string, value any) { f[name] = marshal(value) }

// marshal is for values of this package, which always marshal.
func marshal(value any) json.RawMessage {
	text, err := json.Marshal(value)
	if err != nil {
		panic("dataflow: " + err.Error())
	}
	return text
}

// readFields are the fields that a message has set.
func readFields(message any) fields {
	set := fields{}
	_ = json.Unmarshal(marshal(message), &set) // what marshals is an object or null
	if set == nil {
		set = fields{}
	}
	return set
}
