package cmekpipe

import "strings"

// plainRunner is a runner's own name: package cmekrunner registers runners with Beam under names of its own, such as
// "cmekdataflow", and both names mean the same launch.
func plainRunner(name string) string {
	switch plain := strings.TrimPrefix(name, "cmek"); plain {
	case "prism", "direct", "dataflow", "flink", "spark", "universal":
		return plain
	}
	return name
}

// runners are the names that options take.
func runners() []string {
	return append([]string{"prism", "PrismRunner", "direct", "DirectRunner", "dataflow", "DataflowRunner"}, portableRunners()...)
}

// portableRunners reach a job service that somebody else runs. Beam's flags say where it is and where its workers run.
func portableRunners() []string {
	return []string{"flink", "FlinkRunner", "spark", "SparkRunner", "universal", "portable", "PortableRunner"}
}
