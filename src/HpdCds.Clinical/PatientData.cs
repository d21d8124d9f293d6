namespace HpdCds.Clinical;

/// <summary>A record prints its members by itself. What is about a patient prints its kind and nothing else, wherever it ends up.</summary>
public abstract record PatientData
{
    /// <summary>The kind of thing, and nothing of its content.</summary>
    public sealed override string ToString() => $"[{GetType().Name}]";
}
