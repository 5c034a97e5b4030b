// libtorch's default random generator is one for the process: tests that seed it and build networks run one at a time.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
