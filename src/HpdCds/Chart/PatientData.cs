namespace HpdCds.Chart;

/// <summary>A record prints its members by itself. What is about a patient prints its kind and nothing else, wherever it ends up.</summary>
public abstract record PatientData
{
    public sealed override string ToString() => $"[{GetType().Name}]";
}
