module example.com/beam

go 1.26.0

require github.com/cmekpipe/cmekpipe-go v0.0.0

replace github.com/cmekpipe/cmekpipe-go => ../../..
