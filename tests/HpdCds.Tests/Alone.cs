namespace HpdCds.Tests;

/// <summary>Tests that look at the whole process, its memory or its console: nothing runs beside them.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;
