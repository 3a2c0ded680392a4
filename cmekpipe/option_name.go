package cmekpipe

import "strings"

// NormalizeOptionName returns the form in which option names are compared. SDKs spell one option in several ways:
// dataflow_kms_key, dataflowKmsKey and --dataflow-kms-key all become "dataflowkmskey".
func NormalizeOptionName(name string) string {
	return strings.ToLower(strings.NewReplacer("_", "", "-", "", " ", "").Replace(name))
}

// optionRef says where an option stands: under a name of its own, or as an item of a list such as experiments.
type optionRef struct {
	field string // the flag, or the name of the option
	item  string // the name in the list that the flag holds; "" if the field is the option itself
}

// name is the option's own name.
func (o optionRef) name() string {
	if o.item != "" {
		return o.item
	}
	return o.field
}

// leaveOut advises to remove the option.
func (o optionRef) leaveOut(value string) string {
	if o.item == "" {
		return "leave out " + o.field
	}
	item := o.item
	if value != "" {
		item += "=" + value
	}
	return "remove " + visible(clip(item, 300)) + " from " + o.field
}

// write advises to give the option another value.
func (o optionRef) write(value string) string {
	if o.item == "" {
		return "set " + o.field + " to " + value
	}
	return "write " + o.item + "=" + value + " in " + o.field
}
