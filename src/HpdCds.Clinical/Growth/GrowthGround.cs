namespace HpdCds.Clinical.Growth;

/// <summary>What a judgement of growth can rest on.</summary>
public enum GroundKind
{
    /// <summary>The rise of the sum of diameters.</summary>
    Sum,

    /// <summary>What the first evaluation says of new lesions.</summary>
    NewLesion,

    /// <summary>The response that a clinician recorded.</summary>
    Recorded,

    /// <summary>The ECOG grade at the first evaluation.</summary>
    Ecog,

    /// <summary>The ECOG grade at the baseline.</summary>
    EcogAtBaseline,
}

/// <summary>Something on which a judgement of growth rests.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Place">Where and when it was recorded; null for a sum, which stands at its scan.</param>
public sealed record GrowthGround(GroundKind Kind, Provenance? Place) : PatientData
{
    /// <summary>The ECOG grade, 0-4; null for what is none.</summary>
    public int? Grade { get; init; }

    /// <summary>Another record of that day says otherwise or cannot be read, or it may be of another cancer.</summary>
    public bool IsUnclear { get; init; }
}
