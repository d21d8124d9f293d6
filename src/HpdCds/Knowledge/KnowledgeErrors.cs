namespace HpdCds.Knowledge;

/// <summary>Everything that is wrong with the knowledge, collected so that a site sees all of it at one start.</summary>
public sealed class KnowledgeErrors
{
    private readonly List<string> _errors = [];

    public bool IsEmpty => _errors.Count == 0;

    public void Add(string file, string what) => _errors.Add($"{file}: {what}");

    public void Add(KnowledgeErrors others)
    {
        ArgumentNullException.ThrowIfNull(others);
        _errors.AddRange(others._errors);
    }

    public void ThrowIfAny()
    {
        if (_errors.Count > 0)
            throw new KnowledgeException(_errors);
    }
}

/// <summary>The knowledge cannot be used. Each error begins with the name of its file.</summary>
public sealed class KnowledgeException : Exception
{
    public KnowledgeException()
        : this([])
    {
    }

    public KnowledgeException(string message)
        : this([message])
    {
    }

    public KnowledgeException(string message, Exception innerException)
        : base(message, innerException) => Errors = [message];

    public KnowledgeException(IReadOnlyCollection<string> errors)
        : base($"The knowledge cannot be used:\n{string.Join('\n', errors)}") => Errors = [.. errors];

    public IReadOnlyList<string> Errors { get; }
}
