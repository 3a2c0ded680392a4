// Package translation turns a pipeline and its options into the job that a launch submits to Dataflow. It calls no
// service. The same pipeline and options always give the same job, except for the request's id and a generated name.
//
// A Translation and its job hold the pipeline's constants: neither is ever printed.
package translation
