using System.Collections.Immutable;

namespace HpdCds.Clinical;

/// <summary>Whether the patient had a checkpoint inhibitor before (clinical model, section 1, "Exposure").</summary>
public enum Exposure
{
    /// <summary>None recorded in sources that were read.</summary>
    None,

    /// <summary>Within 180 days, that day included.</summary>
    Recent,

    /// <summary>Longer ago, or at an unstated time.</summary>
    Earlier,

    /// <summary>The sources could not all be read and nothing was found in the others.</summary>
    Unknown,
}

/// <summary>What a drug of interest acts on.</summary>
public enum DrugTarget
{
    /// <summary>Programmed death 1.</summary>
    Pd1,

    /// <summary>Programmed death ligand 1.</summary>
    PdL1,

    /// <summary>Cytotoxic T-lymphocyte antigen 4.</summary>
    Ctla4,

    /// <summary>Lymphocyte activation gene 3.</summary>
    Lag3,

    /// <summary>Vascular endothelial growth factor or its receptor, by an antibody.</summary>
    Vegf,

    /// <summary>A multi-target tyrosine kinase, by a small molecule.</summary>
    Tki,
}

/// <summary>The kind of regimen, for which published rates are kept apart (clinical model, section 1, "Regimen").</summary>
public enum Regimen
{
    /// <summary>PD-1 or PD-L1 alone.</summary>
    Pd1,

    /// <summary>PD-(L)1 with an anti-VEGF antibody.</summary>
    Pd1Vegf,

    /// <summary>PD-(L)1 with a kinase inhibitor.</summary>
    Pd1Tki,

    /// <summary>PD-(L)1 with CTLA-4.</summary>
    Pd1Ctla4,

    /// <summary>Anything else: the evidence is of PD-(L)1 and may not apply.</summary>
    Other,
}

/// <summary>Reads the kind of regimen from the drugs in it.</summary>
public static class Regimens
{
    /// <summary>The code of a regimen on the wire, such as <c>pd1-vegf</c>.</summary>
    public static string Code(this Regimen regimen) => regimen switch
    {
        Regimen.Pd1 => "pd1",
        Regimen.Pd1Vegf => "pd1-vegf",
        Regimen.Pd1Tki => "pd1-tki",
        Regimen.Pd1Ctla4 => "pd1-ctla4",
        _ => "other",
    };

    /// <summary>
    /// The regimen of all targets of all drugs; a bispecific antibody counts for both of its targets. PD-1 and PD-L1 are one
    /// class; with a partner of more than one class, or without PD-(L)1, the regimen is <see cref="Regimen.Other"/>.
    /// </summary>
    public static Regimen Of(IEnumerable<DrugTarget> targets)
    {
        var classes = targets.Select(target => target == DrugTarget.PdL1 ? DrugTarget.Pd1 : target).ToHashSet();
        if (!classes.Contains(DrugTarget.Pd1) || classes.Count > 2)
            return Regimen.Other;
        return classes.Count == 1 ? Regimen.Pd1
            : classes.Contains(DrugTarget.Vegf) ? Regimen.Pd1Vegf
            : classes.Contains(DrugTarget.Tki) ? Regimen.Pd1Tki
            : classes.Contains(DrugTarget.Ctla4) ? Regimen.Pd1Ctla4
            : Regimen.Other;
    }
}
