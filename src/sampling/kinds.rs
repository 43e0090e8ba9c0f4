//! Names of samplers, schedules and random generators, as the command line and requests spell them.

use serde::{Deserialize, Serialize};

macro_rules! named_enum {
    ($(#[$meta:meta])* $name:ident, $what:literal { $($(#[$vmeta:meta])* $variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum $name {
            $($(#[$vmeta])* #[serde(rename = $text)] $variant),+
        }

        impl $name {
            /// Every one, in the order in which a person would look for it.
            pub const ALL: &'static [$name] = &[$($name::$variant),+];

            /// Its name on the command line and in files.
            pub const fn name(self) -> &'static str {
                match self { $($name::$variant => $text),+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.name())
            }
        }

        impl std::str::FromStr for $name {
            type Err = String;

            fn from_str(text: &str) -> Result<Self, String> {
                Self::ALL.iter().copied().find(|k| k.name() == text).ok_or_else(|| {
                    let names: Vec<_> = Self::ALL.iter().map(|k| k.name()).collect();
                    format!("unknown {} '{text}'; choose one of {}", $what, names.join(", "))
                })
            }
        }
    };
}

named_enum! {
    /// A solver of the diffusion equation.
    SamplerKind, "sampler" {
        /// DDIM, eta 0 (Song et al. 2020).
        Ddim = "ddim",
        /// DDPM ancestral sampling (Ho et al. 2020).
        Ddpm = "ddpm",
        /// Euler (Karras et al. 2022, algorithm 2 without churn).
        Euler = "euler",
        /// Euler with ancestral noise.
        EulerA = "euler_a",
        /// Heun's second-order method (Karras et al. 2022).
        Heun = "heun",
        /// DPM-Solver-2 (Lu et al. 2022) in the k-diffusion form.
        Dpm2 = "dpm2",
        /// DPM-Solver++(2S) with ancestral noise.
        Dpmpp2sA = "dpmpp_2s_a",
        /// DPM-Solver++(2M) (Lu et al. 2022).
        Dpmpp2m = "dpmpp_2m",
        /// SDE variant of DPM-Solver++(2M).
        Dpmpp2mSde = "dpmpp_2m_sde",
        /// SDE variant of DPM-Solver++(2S) with a Brownian tree.
        DpmppSde = "dpmpp_sde",
        /// UniPC (Zhao et al. 2023).
        UniPc = "unipc",
        /// PNDM / PLMS (Liu et al. 2022).
        Pndm = "pndm",
        /// Latent consistency sampling (Luo et al. 2023).
        Lcm = "lcm",
        /// Trajectory consistency sampling (Zheng et al. 2024).
        Tcd = "tcd",
    }
}

named_enum! {
    /// How the noise levels of the steps are chosen.
    ScheduleKind, "schedule" {
        /// Timesteps evenly spaced over the whole range (`linspace`).
        Normal = "normal",
        /// Karras et al. 2022, rho 7.
        Karras = "karras",
        /// Evenly spaced in log sigma.
        Exponential = "exponential",
        /// Trailing timesteps: starts at the very last one.
        SgmUniform = "sgm_uniform",
        /// Evenly picked from the model's own sigma table.
        Simple = "simple",
        /// Quantiles of a beta distribution (Lee et al. 2024).
        Beta = "beta",
        /// Leading timesteps.
        DdimUniform = "ddim_uniform",
    }
}

named_enum! {
    /// Where random numbers come from.
    RngKind, "random generator" {
        /// PyTorch's CPU generator, bit for bit.
        Torch = "torch",
        /// The counter-based generator of CUDA (Philox 4x32-10).
        Philox = "philox",
        /// A function of seed, absolute latent position and step, independent of the frame.
        Canvas = "canvas",
    }
}
