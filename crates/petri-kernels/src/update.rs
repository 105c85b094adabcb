//! Updates of flat parameters by the optimizers, with PyTorch's formulas: `w` the values, `g` their gradients, `λ` the
//! weight decay, `η` the learning rate. All slices have one length.

/// `w ← w − η (g + λ w)`
pub fn sgd(w: &mut [f32], g: &[f32], decay: f32, rate: f32) {
    for (w, g) in w.iter_mut().zip(g) {
        *w -= (g + *w * decay) * rate;
    }
}

/// `v ← μ v + g`, then `w ← w − η v`, or with Nesterov's momentum `w ← w − η (g + μ v)`; `λ w` is part of `g`.
pub fn sgd_momentum(w: &mut [f32], g: &[f32], v: &mut [f32], momentum: f32, nesterov: bool, decay: f32, rate: f32) {
    for ((w, g), v) in w.iter_mut().zip(g).zip(v) {
        let g = g + *w * decay;
        *v = *v * momentum + g;
        let step = if nesterov { g + *v * momentum } else { *v };
        *w -= step * rate;
    }
}

/// What a step of Adam needs beside the vectors.
#[derive(Debug, Clone, Copy)]
pub struct Adam {
    /// β₁ and β₂.
    pub keep: [f32; 2],
    /// 1 − β₁ and 1 − β₂.
    pub new: [f32; 2],
    /// 1 / √(1 − β₂ᵗ)
    pub scale: f32,
    /// η / (1 − β₁ᵗ)
    pub rate: f32,
    /// λ in the gradient (Adam).
    pub decay: f32,
    /// 1 − η λ on the values themselves (AdamW), else 1.
    pub shrink: f32,
    /// What keeps the division finite.
    pub epsilon: f32,
}

/// Adam (Kingma and Ba 2015) and AdamW (Loshchilov and Hutter 2019): `m ← β₁ m + (1 − β₁) g`,
/// `s ← β₂ s + (1 − β₂) g²`, `w ← w (1 − η λ) − η m̂ / (√ŝ + ε)`.
pub fn adam(w: &mut [f32], g: &[f32], m: &mut [f32], s: &mut [f32], with: Adam) {
    let Adam { keep, new, scale, rate, decay, shrink, epsilon } = with;
    for (((w, g), m), s) in w.iter_mut().zip(g).zip(m).zip(s) {
        let g = g + *w * decay;
        *m = *m * keep[0] + g * new[0];
        *s = *s * keep[1] + g * g * new[1];
        *w = *w * shrink - *m / (s.sqrt() * scale + epsilon) * rate;
    }
}

/// What a step of RMSprop needs beside the vectors.
#[derive(Debug, Clone, Copy)]
pub struct RmsProp {
    /// α and 1 − α.
    pub alpha: [f32; 2],
    /// μ; without momentum there is no `v`.
    pub momentum: f32,
    /// λ
    pub decay: f32,
    /// η
    pub rate: f32,
    /// What keeps the division finite.
    pub epsilon: f32,
}

/// `s ← α s + (1 − α) g²`, then `w ← w − η g / (√s + ε)`; with momentum `v ← μ v + g / (√s + ε)` and `w ← w − η v`.
pub fn rms_prop(w: &mut [f32], g: &[f32], v: &mut [f32], s: &mut [f32], with: RmsProp) {
    let RmsProp { alpha: [keep, new], momentum, decay, rate, epsilon } = with;
    let step = |w: f32, g: f32, s: &mut f32| {
        let g = g + w * decay;
        *s = *s * keep + g * g * new;
        g / (s.sqrt() + epsilon)
    };
    if momentum > 0.0 {
        for (((w, g), v), s) in w.iter_mut().zip(g).zip(v).zip(s) {
            *v = *v * momentum + step(*w, *g, s);
            *w -= *v * rate;
        }
    } else {
        for ((w, g), s) in w.iter_mut().zip(g).zip(s) {
            *w -= step(*w, *g, s) * rate;
        }
    }
}
